-- Ends the log of an exchange without a last event, removes the note of its owner, and tells which connection follows it.
--
-- KEYS[1] session   KEYS[2] stream state   KEYS[3] stream   KEYS[4] streams   KEYS[5] owned; a key of the session where that is in another slot
-- ARGV[1] epoch   ARGV[2] the last seq that the owner knows of   ARGV[3] stream   ARGV[4] how long to keep the log, ms
-- ARGV[5] the note; empty: it stays
-- Returns { 'stored', follower's pod or nil, connection or nil }, { 'gone' }, { 'fenced' } or { 'missing', the last seq or -1 }.

if redis.call('EXISTS', KEYS[1]) == 0 then return { 'gone' } end
local state = redis.call('HMGET', KEYS[2], 'n', 'd', 'p', 'c', 'e')
local epoch, log = tonumber(ARGV[1]), tonumber(state[5] or 1)
if not state[1] or log < epoch then return { 'missing', -1 } end
if log > epoch then return { 'fenced' } end
if not state[2] and tonumber(state[1]) < tonumber(ARGV[2]) then return { 'missing', tonumber(state[1]) } end
-- Writes even if the log has ended before, so that a caller who waits for replicas has a write to wait for.
redis.call('HSET', KEYS[2], 'd', '1')
if ARGV[5] ~= '' then redis.call('SREM', KEYS[5], ARGV[5]) end
if not state[2] then
  local time = redis.call('TIME')
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
  redis.call('PEXPIRE', KEYS[3], ARGV[4])
  redis.call('ZADD', KEYS[4], 'XX', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[4], ARGV[3])
end
return { 'stored', state[3], state[4] }
