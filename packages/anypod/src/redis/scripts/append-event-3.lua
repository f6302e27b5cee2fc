-- Appends an event to the log of an exchange and tells who follows it.
--
-- KEYS[1] stream state   KEYS[2] stream   KEYS[3] streams
-- ARGV[1] seq   ARGV[2] data   ARGV[3] '1': the last one   ARGV[4] stream
-- ARGV[5] how long to keep the log, ms   ARGV[6] the longest life of a log, ms
-- Returns { follower's pod or nil, follower's connection or nil }; nil: no such log; -1: an earlier event is missing.

local state = redis.call('HMGET', KEYS[1], 'n', 'd', 'p', 'c')
if not state[1] then return false end
local seq, last = tonumber(ARGV[1]), tonumber(state[1])
if seq > last and not state[2] then
  if seq > last + 1 then return -1 end
  redis.call('XADD', KEYS[2], ARGV[1] .. '-0', 'd', ARGV[2])
  redis.call('HSET', KEYS[1], 'n', ARGV[1])
  if ARGV[3] == '1' then redis.call('HSET', KEYS[1], 'd', '1') end
  if ARGV[3] == '1' or seq == 1 or redis.call('PTTL', KEYS[1]) < ARGV[5] * 0.9 then
    local time = redis.call('TIME')
    redis.call('PEXPIRE', KEYS[1], ARGV[5])
    redis.call('PEXPIRE', KEYS[2], ARGV[5])
    redis.call('ZADD', KEYS[3], 'XX', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[5], ARGV[4])
    redis.call('PEXPIRE', KEYS[3], ARGV[6])
  end
end
return { state[3], state[4] }
