// Package fault holds tests that hurt a real server: the process is killed, the
// database goes away, the disk fills up. What had been acknowledged must be
// there afterwards, and everything must go on by itself.
package fault
