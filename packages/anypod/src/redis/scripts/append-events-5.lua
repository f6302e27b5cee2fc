-- Appends events to the log of an exchange in order, and tells which connection follows it. With the last event, removes the note of its owner.
--
-- KEYS[1] session   KEYS[2] stream state   KEYS[3] stream   KEYS[4] streams   KEYS[5] owned; a key of the session where that is in another slot
-- ARGV[1] epoch   ARGV[2] '1': the last event ends the log   ARGV[3] stream
-- ARGV[4] how long to keep the log, ms   ARGV[5] the longest life of a log, ms
-- ARGV[6] how many events to keep   ARGV[7] how many bytes of events   ARGV[8] the note; empty: it stays
-- ARGV[9], ARGV[10] and so on: seq, data
-- Returns { 'stored', follower's pod or nil, connection or nil }, { 'gone' }, { 'fenced' } or { 'missing', the last seq or -1 }.

-- The bytes of a text before it was sealed (createTexts in signing/sealer.ts).
local function size(text)
  if string.byte(text) ~= 2 then return #text end
  return math.floor((#text - 33) * 3 / 4) - 22
end

if redis.call('EXISTS', KEYS[1]) == 0 then return { 'gone' } end
local state = redis.call('HMGET', KEYS[2], 'n', 'd', 'p', 'c', 'e')
local epoch, log = tonumber(ARGV[1]), tonumber(state[5] or 1)
if not state[1] or log < epoch then return { 'missing', -1 } end
if log > epoch then return { 'fenced' } end

local before = tonumber(state[1])
local last, added, first = before, 0, false
if not state[2] then
  for index = 9, #ARGV, 2 do
    local seq = tonumber(ARGV[index])
    if seq > last + 1 then return { 'missing', last } end
    if seq > last then
      redis.call('XADD', KEYS[3], ARGV[index] .. '-0', 'd', ARGV[index + 1])
      -- Set after each event: if an error stops the script, the log is shorter but correct.
      redis.call('HSET', KEYS[2], 'n', ARGV[index])
      last, added, first = seq, added + size(ARGV[index + 1]), first or seq == 1
    end
  end
end
if last == before then
  if state[2] and ARGV[8] ~= '' then redis.call('SREM', KEYS[5], ARGV[8]) end
  -- Writes again, so that a caller who waits for replicas has a write to wait for.
  redis.call('HSET', KEYS[2], 'n', last)
  return { 'stored', state[3], state[4] }
end
if ARGV[2] == '1' then
  redis.call('HSET', KEYS[2], 'd', '1')
  if ARGV[8] ~= '' then redis.call('SREM', KEYS[5], ARGV[8]) end
end

-- Remove the oldest events until the log is within both limits. The newest stays, whatever its size.
local bytes, count = redis.call('HINCRBY', KEYS[2], 'b', added), redis.call('XLEN', KEYS[3])
while count > 1 and (count > tonumber(ARGV[6]) or bytes > tonumber(ARGV[7])) do
  local oldest = redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 1)[1]
  redis.call('XDEL', KEYS[3], oldest[1])
  redis.call('HSET', KEYS[2], 't', (oldest[1]:gsub('-0', '')))
  bytes, count = redis.call('HINCRBY', KEYS[2], 'b', -size(oldest[2][2])), count - 1
end

if ARGV[2] == '1' or first or redis.call('PTTL', KEYS[2]) < ARGV[4] * 0.9 then
  local time = redis.call('TIME')
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
  redis.call('PEXPIRE', KEYS[3], ARGV[4])
  redis.call('ZADD', KEYS[4], 'XX', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[4], ARGV[3])
  redis.call('PEXPIRE', KEYS[4], ARGV[5])
end
return { 'stored', state[3], state[4] }
