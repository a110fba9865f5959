// Package clip cuts short videos out of recordings.
//
// A clip is cut without re-encoding: it begins at the keyframe at or before
// the start asked for, so its true start may be up to two seconds earlier and
// is told. Cutting is a job: the clip is pending until it is done, survives a
// restart, and is cut once however often the job runs. A clip links its
// session and, where given, the product it shows.
//
// Of a running broadcast it waits until that part is stored. Clips go when
// their recording is deleted.
//
// Table: clip_clip. Events out: tianbo.clip.ready.v1, in:
// tianbo.room.erased.v1. Calls: room (whose
// recording, is it shown), media (cut), blob (keep the file).
package clip
