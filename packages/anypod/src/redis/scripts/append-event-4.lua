-- Appends an event to the log of an exchange and tells who follows it.
--
-- KEYS[1] session   KEYS[2] stream state   KEYS[3] stream   KEYS[4] streams
-- ARGV[1] epoch   ARGV[2] seq   ARGV[3] data   ARGV[4] '1': the last one   ARGV[5] stream
-- ARGV[6] how long to keep the log, ms   ARGV[7] the longest life of a log, ms
-- ARGV[8] how many events to keep   ARGV[9] how many bytes of them
-- Returns { 'stored', follower's pod or nil, connection or nil }, { 'gone' }, { 'fenced' } or { 'missing', the last seq or -1 }.

if redis.call('EXISTS', KEYS[1]) == 0 then return { 'gone' } end
local state = redis.call('HMGET', KEYS[2], 'n', 'd', 'p', 'c', 'e')
local epoch, log = tonumber(ARGV[1]), tonumber(state[5] or 1)
if not state[1] or log < epoch then return { 'missing', -1 } end
if log > epoch then return { 'fenced' } end
local seq, last = tonumber(ARGV[2]), tonumber(state[1])
if seq <= last or state[2] then
  -- Written again, so that whoever waits for replicas has a write to wait for.
  redis.call('HSET', KEYS[2], 'n', last)
  return { 'stored', state[3], state[4] }
end
if seq > last + 1 then return { 'missing', last } end

redis.call('XADD', KEYS[3], ARGV[2] .. '-0', 'd', ARGV[3])
redis.call('HSET', KEYS[2], 'n', ARGV[2])
if ARGV[4] == '1' then redis.call('HSET', KEYS[2], 'd', '1') end

-- The oldest go until both limits are kept; the newest stays, whatever its size.
local bytes, count = redis.call('HINCRBY', KEYS[2], 'b', #ARGV[3]), redis.call('XLEN', KEYS[3])
while count > 1 and (count > tonumber(ARGV[8]) or bytes > tonumber(ARGV[9])) do
  local oldest = redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 1)[1]
  redis.call('XDEL', KEYS[3], oldest[1])
  redis.call('HSET', KEYS[2], 't', (oldest[1]:gsub('-0', '')))
  bytes, count = redis.call('HINCRBY', KEYS[2], 'b', -#oldest[2][2]), count - 1
end

if ARGV[4] == '1' or seq == 1 or redis.call('PTTL', KEYS[2]) < ARGV[6] * 0.9 then
  local time = redis.call('TIME')
  redis.call('PEXPIRE', KEYS[2], ARGV[6])
  redis.call('PEXPIRE', KEYS[3], ARGV[6])
  redis.call('ZADD', KEYS[4], 'XX', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[6], ARGV[5])
  redis.call('PEXPIRE', KEYS[4], ARGV[7])
end
return { 'stored', state[3], state[4] }
