package notify

// SealWith is the encryption with a given key and salt, for the standard's
// example.
var SealWith = sealWith
