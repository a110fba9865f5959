// Package interact is what a room does beside talking: the shopping bag and
// the product now shown, questions and answers, likes, polls, lucky bags and
// guests.
//
// Invariants: only listed products of the room's own seller are offered, and
// only what is in the bag is shown; a question follows the line that asked it
// and is never sampled away; one upvote, vote and entry a person; a lucky bag's
// rules and the hash of its seed are fixed before anyone enters, and its draw
// can be repeated by anyone from what is published; likes are counted as they
// are tapped. What many do at once (upvotes, votes) is told once a second.
//
// Frames, all recoverable: "pin", "bag", "price", "stock", "question",
// "questions" (read the list anew), "poll", "draw", "guest".
//
// Tables: interact_question, interact_upvote, interact_bag, interact_pin,
// interact_like, interact_poll, interact_vote, interact_draw, interact_entry,
// interact_guest. Events in: tianbo.room.ended|erased.v1. Calls: room, catalog
// (cards), media (position, guests), people (names), realtime (state frames).
package interact
