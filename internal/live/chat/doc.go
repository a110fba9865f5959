// Package chat is what people say in a room: accepted in process by length,
// pace, mutes and word rules, kept for as long as the recording, and handed to
// the room's tick. What is doubtful waits for a person.
//
// Invariants: a line is shown to nobody before it is stored and has passed the
// rules; a request repeated under its key is the same line, shown once; nobody
// outruns the pace by sending several lines at once; three people's reports
// take a line off until someone has looked; lines end with their recording
// only.
//
// Frames: each shown line goes to the room's tick (at most ten lines a second
// reach a viewer: host, staff, questions and first-time speakers before
// others); "retract" and "settings" go to everyone, recoverably; "held" tells
// the desk channel to read its list anew; "muted" reaches the person.
//
// Tables: chat_line, chat_mute, chat_setting, chat_report. Events in:
// tianbo.room.erased.v1. Calls: room, people (names), interact (questions),
// realtime (ticks, the desk).
package chat
