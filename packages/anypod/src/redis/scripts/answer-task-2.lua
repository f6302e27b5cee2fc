-- Stores answers to the questions of a task. After the last one its handler goes on, or the task is queued.
--
-- KEYS[1] task   KEYS[2] queue
-- ARGV[1] id   ARGV[2] how many forms a key has   ARGV[3...] in turns: the forms of a key, its answer. The first form is stored.
-- Returns { 'ignored', 'partial' or 'resumed', pods that watch it ... }.

if redis.call('HGET', KEYS[1], 'p') ~= 'waiting' then return { 'ignored' } end
local taken, forms = false, tonumber(ARGV[2])
for index = 3, #ARGV, forms + 1 do
  for form = index, index + forms - 1 do
    if redis.call('HDEL', KEYS[1], 'q:' .. ARGV[form]) == 1 then
      redis.call('HSET', KEYS[1], 'a:' .. ARGV[index], ARGV[index + forms])
      taken = true
    end
  end
end
if not taken then return { 'ignored' } end
local reply = { 'resumed' }
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local kind = string.sub(field, 1, 2)
  if kind == 'w:' then reply[#reply + 1] = string.sub(field, 3) end
  if kind == 'q:' then reply[1] = 'partial' end
end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'u', time[1] * 1000 + math.floor(time[2] / 1000))
if reply[1] == 'partial' then return reply end
if redis.call('HEXISTS', KEYS[1], 'o') == 1 then
  redis.call('HSET', KEYS[1], 'p', 'running')
else
  redis.call('HSET', KEYS[1], 'p', 'queued')
  redis.call('XADD', KEYS[2], '*', 't', ARGV[1])
end
return reply
