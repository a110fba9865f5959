// The player library in a chunk of its own (see scripts/budget.mjs): the light
// build has all that a live room and a replay need.
export { default } from 'hls.js/light';
