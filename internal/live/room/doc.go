// Package room keeps live rooms (直播间) and their sessions (场次).
//
// A room is permanent and belongs to one seller organisation and one host; a
// session is one broadcast: one recording, one chat log. The room outlives
// its publisher: a lost phone makes the session away, not ended, and the same
// address goes on.
//
// Invariants: a room has at most one session that is planned, live, away or
// frozen; state moves only along the table in room.go; a session begins only
// while its host may go live (real name, age, recent check: K03); keep_until
// is never earlier than three years after the end (K02), and a legal hold
// outlasts it; a recording is deleted only by two persons, with a log.
//
// Tables: room_room, room_session, room_token, room_follow, room_remind,
// room_hold, room_deletion. Events out: tianbo.room.announced|started|away|
// back|ended|frozen|unfrozen|erased.v1. Calls: search, people (may this host
// go live, names), org (seller identity), media (open, end, kick), realtime (state frames).
package room
