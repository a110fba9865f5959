package app

// Doors for the tests of this package alone.
var (
	Migrations = migrations
	Site       = site
	Describe   = describe
	OpenStore  = openStore
)
