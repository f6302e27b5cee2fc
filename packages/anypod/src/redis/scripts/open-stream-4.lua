-- Creates the log of an exchange. If the log exists and has not ended, gives it its full idle time again. Forgets the
-- session's logs that have expired.
--
-- KEYS[1] session   KEYS[2] stream state   KEYS[3] streams   KEYS[4] stream
-- ARGV[1] stream   ARGV[2] owner   ARGV[3] epoch   ARGV[4] requests (JSON)
-- ARGV[5] idle time, ms   ARGV[6] the longest life of a log, ms   ARGV[7] the seq before the owner's first one
-- Returns { 'stored', follower's pod or nil, connection or nil }, { 'gone' } or { 'fenced' }.

if redis.call('EXISTS', KEYS[1]) == 0 then return { 'gone' } end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local state = redis.call('HMGET', KEYS[2], 'o', 'e', 'p', 'c', 'n', 'd')
if state[1] then
  local epoch, log = tonumber(ARGV[3]), tonumber(state[2] or 1)
  if log > epoch or (log == epoch and state[1] ~= ARGV[2]) then return { 'fenced' } end
  -- A failover may have lost a take-over; this repairs the log. It also writes to a log that lost nothing, so that a caller who waits for
  -- replicas has a write to wait for.
  redis.call('HSET', KEYS[2], 'o', ARGV[2], 'e', ARGV[3], 'n', math.max(tonumber(state[5]), tonumber(ARGV[7])))
  if not state[6] then
    redis.call('PEXPIRE', KEYS[2], ARGV[5])
    redis.call('PEXPIRE', KEYS[4], ARGV[5])
    redis.call('ZADD', KEYS[3], now + ARGV[5], ARGV[1])
    redis.call('PEXPIRE', KEYS[3], ARGV[6])
  end
  return { 'stored', state[3], state[4] }
end
redis.call('HSET', KEYS[2], 'o', ARGV[2], 'e', ARGV[3], 'q', ARGV[4], 'n', ARGV[7])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
redis.call('ZADD', KEYS[3], now + ARGV[5], ARGV[1])
redis.call('PEXPIRE', KEYS[3], ARGV[6])
return { 'stored', false, false }
