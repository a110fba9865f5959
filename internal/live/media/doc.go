// Package media carries live video: it takes WHIP and RTMP, gives WHEP and
// Low-Latency HLS, records, replays and cuts.
//
// A channel is one picture of a session: the host's, or a guest's slot. It
// outlives its publishers: each connection is an epoch on one timeline, so that
// a phone that lost its network returns under the same address and into the
// same recording. A channel hands each unit to its sinks over bounded queues;
// a sink that lags loses pictures up to the next keyframe, except the recorder.
//
// Tables: media_channel, media_file, media_gap.
package media
