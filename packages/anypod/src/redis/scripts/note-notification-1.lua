-- Remembers a notification of the client and replaces the earlier one of its kind, within limits. Numbers come from the clock, so a number that a
-- failover has lost is not given again.
--
-- KEYS[1] session
-- ARGV[1] params (JSON); '' : none   ARGV[2] bytes of method and params   ARGV[3] how many kinds to remember   ARGV[4] how many bytes of one
-- ARGV[5...] the forms of the method. The first one is stored.
-- Returns { the session's field names, its number, or 0: it is not remembered }; the first is empty: no such session.

local session = redis.call('HMGET', KEYS[1], 'r', 'n', 'nn')
if not session[1] then return { {}, 0 } end
local forms, kept = {}, {}
for index = 5, #ARGV do forms[ARGV[index]] = true end
if session[2] and session[2] ~= '' then
  for _, notification in ipairs(cjson.decode(session[2])) do
    if not forms[notification[2]] then table.insert(kept, notification) end
  end
end
local number = 0
if #kept < tonumber(ARGV[3]) and tonumber(ARGV[2]) <= tonumber(ARGV[4]) then
  local time = redis.call('TIME')
  number = math.max(time[1] * 1000 + math.floor(time[2] / 1000), (tonumber(session[3]) or 0) + 1)
  redis.call('HSET', KEYS[1], 'nn', string.format('%.0f', number))
  table.insert(kept, { number, ARGV[5], ARGV[1] })
end
redis.call('HSET', KEYS[1], 'n', #kept > 0 and cjson.encode(kept) or '')
return { redis.call('HKEYS', KEYS[1]), number }
