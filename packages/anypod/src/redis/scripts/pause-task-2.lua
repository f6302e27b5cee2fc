-- Stores the questions of a run. The run is over, unless its handler waits for the answers.
--
-- KEYS[1] task   KEYS[2] the pod's tasks
-- ARGV[1] run   ARGV[2] id   ARGV[3] 1: the handler waits   ARGV[4] 1: there is a state   ARGV[5] state   ARGV[6...] keys and questions in turn
-- Returns the pods that watch it; nil: it has ended, or another run has it.

local task = redis.call('HMGET', KEYS[1], 'p', 'e', 'o')
if task[2] ~= ARGV[1] or (task[1] ~= 'running' and task[1] ~= 'waiting') then return false end
local watching = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local kind = string.sub(field, 1, 2)
  if kind == 'w:' then watching[#watching + 1] = string.sub(field, 3) end
  if kind == 'a:' then redis.call('HDEL', KEYS[1], field) end
end
if not task[3] then return watching end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'p', 'waiting', 'u', time[1] * 1000 + math.floor(time[2] / 1000))
for index = 6, #ARGV, 2 do redis.call('HSET', KEYS[1], 'q:' .. ARGV[index], ARGV[index + 1]) end
if ARGV[3] == '1' then return watching end
redis.call('HDEL', KEYS[1], 'o', 'x')
if ARGV[4] == '1' then redis.call('HSET', KEYS[1], 'x', ARGV[5]) end
redis.call('SREM', KEYS[2], ARGV[2])
return watching
