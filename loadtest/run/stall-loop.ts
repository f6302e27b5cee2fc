/** Looks at the clock for so many seconds, and writes how long it could not, as JSON: whatever is longer than it can itself take. */
const seconds = Number(process.argv[2]);
const LONGEST_STEP_MS = 0.5;

const began = performance.now();
let last = began;
let stalled = 0;
let longest = 0;
while (last - began < seconds * 1000) {
  const now = performance.now();
  const step = now - last;
  if (step > LONGEST_STEP_MS) {
    stalled += step;
    longest = Math.max(longest, step);
  }
  last = now;
}
console.log(JSON.stringify({ share: stalled / (seconds * 1000), longest }));
