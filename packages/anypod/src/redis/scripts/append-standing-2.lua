-- Appends a message to a session's standing log and tells which connection reads it. Appends it only once: a client that reconnects repeats commands
-- that got no answer, though the server may have executed them.
--
-- KEYS[1] session   KEYS[2] standing
-- ARGV[1] data   ARGV[2] how many to keep, about   ARGV[3] how long to keep them, ms   ARGV[4] the message's unique mark
-- Returns { position, the position before it, holder's pod or nil, holder's connection or nil }; nil: no such session.

local session = redis.call('HMGET', KEYS[1], 'r', 'hp', 'hc', 'sp')
if not session[1] then return false end
-- Reads the log itself, since older builds append without setting `sp`. `sp` outlives the log.
local newest = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 8)
for index, entry in ipairs(newest) do
  if entry[2][4] == ARGV[4] then
    local before = newest[index + 1]
    return { entry[1], before and before[1] or '0-0', session[2], session[3] }
  end
end
local position = redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'd', ARGV[1], 't', ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('HSET', KEYS[1], 'sp', position)
return { position, newest[1] and newest[1][1] or session[4] or '0-0', session[2], session[3] }
