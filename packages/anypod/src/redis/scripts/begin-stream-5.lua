-- Creates the log of an exchange with its first events, which may be all that it ever has. Notes first that its owner writes it, so that no log is
-- unfinished and not noted. Forgets the session's logs that have expired.
--
-- KEYS[1] session   KEYS[2] stream state   KEYS[3] streams   KEYS[4] stream   KEYS[5] owned; a key of the session where that is in another slot
-- ARGV[1] stream   ARGV[2] owner   ARGV[3] requests (JSON)   ARGV[4] '1': the last event ends the log
-- ARGV[5] how long to keep the log, ms   ARGV[6] the longest life of a log, ms   ARGV[7] the note; empty: none
-- ARGV[8] how long to keep notes if the pod does not renew them, ms   ARGV[9] and so on: the data of the events 1, 2 and so on
-- If the same pod began the log before, adds what the log lacks, since the first answer may have been lost.
-- Returns { 'stored', follower's pod or nil, connection or nil }, { 'gone' } or { 'fenced' }.

-- The bytes of a text before it was sealed (createTexts in signing/sealer.ts).
local function size(text)
  if string.byte(text) ~= 2 then return #text end
  return math.floor((#text - 33) * 3 / 4) - 22
end

if redis.call('EXISTS', KEYS[1]) == 0 then return { 'gone' } end
local state = redis.call('HMGET', KEYS[2], 'o', 'e', 'n', 'b', 'p', 'c')
if state[1] and (state[1] ~= ARGV[2] or state[2] ~= '1') then return { 'fenced' } end
local last, bytes = tonumber(state[3] or 0), tonumber(state[4] or 0)
if ARGV[7] ~= '' then
  redis.call('SADD', KEYS[5], ARGV[7])
  if redis.call('PTTL', KEYS[5]) < 0 then redis.call('PEXPIRE', KEYS[5], ARGV[8]) end
end
redis.call('HSET', KEYS[2], 'o', ARGV[2], 'e', 1, 'q', ARGV[3], 'n', last)
for index = 9, #ARGV do
  local seq = index - 8
  if seq > last then
    bytes = bytes + size(ARGV[index])
    redis.call('XADD', KEYS[4], seq .. '-0', 'd', ARGV[index])
    -- Set after each event: if an error stops the script, the log is shorter but correct.
    redis.call('HSET', KEYS[2], 'n', seq, 'b', bytes)
  end
end
if ARGV[4] == '1' then redis.call('HSET', KEYS[2], 'd', '1') end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('PEXPIRE', KEYS[4], ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
redis.call('ZADD', KEYS[3], now + ARGV[5], ARGV[1])
redis.call('PEXPIRE', KEYS[3], ARGV[6])
return { 'stored', state[5], state[6] }
