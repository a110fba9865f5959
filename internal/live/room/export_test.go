package room

// Reencode is what SetThumbnail does to a picture, for fuzzing.
var Reencode = reencode
