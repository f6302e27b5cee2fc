/* Generated from scripts/*.lua by tools/embed-lua.ts; edit those. */

/** One atomic verb. */
export interface Script {
  readonly keys: number;
  readonly sha: string;
  readonly lua: string;
}

export const answerQuestion: Script = {
  keys: 1,
  sha: '75aa9a569d85739d334b9ede7d6dc283ff992157',
  lua: `-- Stores the first answer to a question.
--
-- KEYS[1] questions
-- ARGV[1] the question's owner field   ARGV[2] its answer field   ARGV[3] answer
-- Returns the owner; nil: no such question, or it is answered.

local owner = redis.call('HGET', KEYS[1], ARGV[1])
if not owner or redis.call('HSETNX', KEYS[1], ARGV[2], ARGV[3]) == 0 then return false end
return owner
`,
};

export const answerTask: Script = {
  keys: 2,
  sha: '06b2b8ad2eb24d6a1521e45f3623333fee247cd5',
  lua: `-- Stores answers to the questions of a task. After the last one its handler goes on, or the task is queued.
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
`,
};

export const appendEvents: Script = {
  keys: 5,
  sha: '7602512db8b44dc05b048531683b339e31d0ca4f',
  lua: `-- Appends events to the log of an exchange in order, and tells which connection follows it. With the last event, removes the note of its owner.
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
`,
};

export const appendStanding: Script = {
  keys: 2,
  sha: 'd993616d4b6ebd79bfc9a78195905caceefd2a22',
  lua: `-- Appends a message to a session's standing log and tells which connection reads it. Appends it only once: a client that reconnects repeats commands
-- that got no answer, though the server may have executed them.
--
-- KEYS[1] session   KEYS[2] standing
-- ARGV[1] data   ARGV[2] how many to keep, about   ARGV[3] how long to keep them, ms   ARGV[4] the message's unique mark
-- Returns { position, the position before it, holder's pod or nil, holder's connection or nil }; nil: no such session.

local session = redis.call('HMGET', KEYS[1], 'r', 'hp', 'hc', 'sp')
if not session[1] then return false end
-- Reads the log itself, since older builds append without setting \`sp\`. \`sp\` outlives the log.
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
`,
};

export const askQuestion: Script = {
  keys: 2,
  sha: '8d2993f33aab3fcdac55a9c76185240113956c55',
  lua: `-- Records a question of a session.
--
-- KEYS[1] session   KEYS[2] questions
-- ARGV[1] the question's owner field   ARGV[2] owner   ARGV[3] session TTL, ms
-- Returns 1, or 0: no such session.

if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return redis.call('PEXPIRE', KEYS[2], ARGV[3])
`,
};

export const attachStanding: Script = {
  keys: 2,
  sha: '94db0603e896e44903f27a7253d6681963f44980',
  lua: `-- Makes a connection the one that reads a session's standing log, and reads the messages that it lacks.
--
-- KEYS[1] session   KEYS[2] standing
-- ARGV[1] holder's pod   ARGV[2] holder's connection   ARGV[3] the last position it has; '' : it wants no replay
-- ARGV[4] if more ms than this have passed since the last replacement, the count starts again
-- Returns { entries, where a connection without a position begins, the same in the log of changes or nil, previous pod or nil,
-- previous connection or nil, how many connections have been replaced in a row }; nil: no such session.

local session = redis.call('HMGET', KEYS[1], 'r', 'hp', 'hc', 'sp', 'dp', 'dc', 'rn', 'rt')
if not session[1] then return false end
redis.call('HSET', KEYS[1], 'hp', ARGV[1], 'hc', ARGV[2])
local replaced = 0
if session[2] then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  replaced = 1
  if session[7] and now - tonumber(session[8]) < tonumber(ARGV[4]) then replaced = session[7] + 1 end
  redis.call('HSET', KEYS[1], 'rn', replaced, 'rt', now)
end
local entries = {}
if ARGV[3] ~= '' then entries = redis.call('XRANGE', KEYS[2], '(' .. ARGV[3], '+') end
-- A session of an older build does not say how far its connections got, so the new one begins at the newest message.
return { entries, session[5] or session[4] or '0-0', session[6], session[2], session[3], replaced }
`,
};

export const beginCall: Script = {
  keys: 1,
  sha: '8c6fb5197cf766d7f8dd13a17f1f9b3d7a3dc5b9',
  lua: `-- Begins a call, or notes a pod among those that wait for it.
--
-- KEYS[1] call
-- ARGV[1] run   ARGV[2] pod   ARGV[3] fingerprint   ARGV[4] how long to keep it, ms   ARGV[5] the pod's waiter field
-- Returns { 'begun' }, { 'running', run, pod, runs }, { 'done', response } or { 'other-arguments' }.

local call = redis.call('HMGET', KEYS[1], 'f', 'r', 'o', 'n', 'd')
if not call[1] then
  redis.call('HSET', KEYS[1], 'f', ARGV[3], 'r', ARGV[1], 'o', ARGV[2], 'n', '1')
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return { 'begun' }
end
if call[1] ~= ARGV[3] then return { 'other-arguments' } end
if call[5] then return { 'done', call[5] } end
redis.call('HSET', KEYS[1], ARGV[5], '1')
return { 'running', call[2], call[3], call[4] }
`,
};

export const beginSession: Script = {
  keys: 1,
  sha: '46a22ddd31f8915a66ca2691dd12d2b4b48e6842',
  lua: `-- Counts a session that a caller begins, if it has fewer than allowed. A session that is begun twice counts once.
--
-- KEYS[1] the caller's sessions
-- ARGV[1] session   ARGV[2] how long it counts, ms   ARGV[3] limit
-- Returns 0, or the ms until the oldest no longer counts.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return math.max(1, (tonumber(oldest[2]) or now) - now)
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
`,
};

export const beginStream: Script = {
  keys: 5,
  sha: '3b11ea8ab567273ed11c3018c2900a9f5f7eeb0f',
  lua: `-- Creates the log of an exchange with its first events, which may be all that it ever has. Notes first that its owner writes it, so that no log is
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
`,
};

export const cancelRequest: Script = {
  keys: 2,
  sha: 'a0f5a16720b5a2810a69935da3423b4cbcd826e6',
  lua: `-- Remembers that a request is cancelled, since it may not have arrived yet. Keeps only the newest, up to the number given.
--
-- KEYS[1] session   KEYS[2] cancelled
-- ARGV[1] request id (JSON)   ARGV[2] how long to remember, ms; 0: not at all   ARGV[3] how many to remember
-- Returns the session's field names; empty: no such session.

if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
if tonumber(ARGV[2]) > 0 then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - ARGV[3])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
return redis.call('HKEYS', KEYS[1])
`,
};

export const cancelTask: Script = {
  keys: 2,
  sha: '23a26e0bc6c25c9218daec6a8d7f890c1f0f1aca',
  lua: `-- Cancels a task that has not ended.
--
-- KEYS[1] task   KEYS[2] the owner's tasks that have not ended
-- ARGV[1] id
-- Returns { pod that runs it or empty, state or empty, pods that watch it ... }; nil: there is no such task, or it has ended.

local task = redis.call('HMGET', KEYS[1], 'p', 'o', 'x')
if not task[1] or task[1] == 'ended' or task[1] == 'cancelled' then return false end
local reply = { task[2] or '', task[3] or '' }
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local kind = string.sub(field, 1, 2)
  if kind == 'w:' then reply[#reply + 1] = string.sub(field, 3) end
  if kind == 'q:' or kind == 'a:' then redis.call('HDEL', KEYS[1], field) end
end
local time = redis.call('TIME')
redis.call('HDEL', KEYS[1], 'o', 'x')
redis.call('HSET', KEYS[1], 'p', 'cancelled', 'u', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('ZREM', KEYS[2], ARGV[1])
return reply
`,
};

export const changeRegistry: Script = {
  keys: 1,
  sha: '40985d820a4eca431fa5bdeb6e2c09d6595ed3bb',
  lua: `-- Stores changes of a server's visible registry, each in place of the earlier one of its name, within a limit. A change for which there is no room is
-- left out, and its earlier value is forgotten.
--
-- KEYS[1] session
-- ARGV[1] limit of all changes, bytes   ARGV[2] how many forms a name has
-- ARGV[3...] in turns: bytes of the name, the fields of its forms, value. The first form is stored.
-- Returns { the session's field names, how many changes were left out }; the first is empty: no such session.

-- The bytes of a text before it was sealed (createTexts in signing/sealer.ts).
local function size(text)
  if string.byte(text) ~= 2 then return #text end
  return math.floor((#text - 33) * 3 / 4) - 22
end

if redis.call('EXISTS', KEYS[1]) == 0 then return { {}, 0 } end
local bytes = tonumber(redis.call('HGET', KEYS[1], 'vb')) or 0
local refused, forms = 0, tonumber(ARGV[2])
for i = 3, #ARGV, forms + 2 do
  local name, field, value = tonumber(ARGV[i]), ARGV[i + 1], ARGV[i + forms + 1]
  for form = i + 1, i + forms do
    local earlier = redis.call('HGET', KEYS[1], ARGV[form])
    if earlier then
      bytes = bytes - name - size(earlier)
      redis.call('HDEL', KEYS[1], ARGV[form])
    end
  end
  if bytes + name + size(value) > tonumber(ARGV[1]) then
    refused = refused + 1
  else
    bytes = bytes + name + size(value)
    redis.call('HSET', KEYS[1], field, value)
  end
end
redis.call('HSET', KEYS[1], 'vb', string.format('%.0f', bytes))
return { redis.call('HKEYS', KEYS[1]), refused }
`,
};

export const claimTask: Script = {
  keys: 3,
  sha: 'd42611c87521f2da5cbb75668b65e1bc45158224',
  lua: `-- Takes a task from the queue for a pod. If the reply was lost, the same entry takes it again.
--
-- KEYS[1] task   KEYS[2] queue   KEYS[3] the pod's tasks
-- ARGV[1] the queue's group   ARGV[2] entry   ARGV[3] id   ARGV[4] pod
-- Returns the task's fields and values in turn; nil: it is gone, has ended, or runs.

redis.call('XACK', KEYS[2], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[2], ARGV[2])
local task = redis.call('HMGET', KEYS[1], 'p', 'y')
if task[1] == 'running' and task[2] == ARGV[2] then return redis.call('HGETALL', KEYS[1]) end
if task[1] ~= 'queued' then return false end
local time = redis.call('TIME')
redis.call('HINCRBY', KEYS[1], 'e', 1)
redis.call('HSET', KEYS[1], 'p', 'running', 'o', ARGV[4], 'y', ARGV[2], 'u', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('SADD', KEYS[3], ARGV[3])
local keep = redis.call('PTTL', KEYS[1])
if redis.call('PTTL', KEYS[3]) < keep then redis.call('PEXPIRE', KEYS[3], keep) end
return redis.call('HGETALL', KEYS[1])
`,
};

export const completeCall: Script = {
  keys: 1,
  sha: '795102235fc03d28b01097d11529a7d138699392',
  lua: `-- Stores the response of a call, even if the call was forgotten in the meantime.
--
-- KEYS[1] call
-- ARGV[1] run   ARGV[2] fingerprint   ARGV[3] response   ARGV[4] how long to keep it, ms
-- Returns the pods that wait; nil: it belongs to another run.

local call = redis.call('HMGET', KEYS[1], 'r', 'd')
if call[1] and call[1] ~= ARGV[1] then return false end
if call[2] then return {} end
local waiting = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 2) == 'w:' then waiting[#waiting + 1] = string.sub(field, 3) end
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'f', ARGV[2], 'r', ARGV[1], 'd', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return waiting
`,
};

export const createHandle: Script = {
  keys: 2,
  sha: 'd3fc603cba4e221871f426c3555190b9f4f65be9',
  lua: `-- Makes a handle, if its owner has fewer than allowed. A handle that is made twice is made once.
--
-- KEYS[1] handle   KEYS[2] the owner's handles
-- ARGV[1] id   ARGV[2] TTL, ms   ARGV[3] limit   ARGV[4...] fields and values of its first entries, in turns
-- Returns 1, or 0: the owner has too many.

if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if #redis.call('ZRANGE', KEYS[2], ARGV[3] - 1, ARGV[3] - 1) > 0 then return 0 end
redis.call('HSET', KEYS[1], 't', ARGV[2])
for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[2]), ARGV[1])
if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[2], ARGV[2]) end
return 1
`,
};

export const createSession: Script = {
  keys: 1,
  sha: '13d1f4e49c4aa04ba3b71eea64aa96e3e8d5b028',
  lua: `-- Stores a new session, cached by one pod.
--
-- KEYS[1] session
-- ARGV[1] record (JSON)   ARGV[2] the pod's field   ARGV[3] session TTL, ms   ARGV[4] where the log of changes is now
-- ARGV[5...] fields and values of its first entries, in turns
-- Returns 1.

redis.call('HSET', KEYS[1], 'r', ARGV[1], ARGV[2], '1', 'dp', '0-0', 'dc', ARGV[4])
for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
`,
};

export const createTask: Script = {
  keys: 5,
  sha: '297f906bd06173b7da1667ff88a753dc714225ea',
  lua: `-- Stores a new task: queued, or running on a pod.
--
-- KEYS[1] task   KEYS[2] all tasks   KEYS[3] the owner's tasks   KEYS[4] those of them that have not ended
-- KEYS[5] the queue, or the set of the pod that runs it
-- ARGV[1] id   ARGV[2] call   ARGV[3] how long to keep it, ms   ARGV[4] limit   ARGV[5] 1: may run again   ARGV[6] pod, or empty
-- Returns 'stored'; 'exists': there is a task of this id; or 'full': the owner has too many tasks that have not ended.

if redis.call('EXISTS', KEYS[1]) == 1 then return 'exists' end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local expires = now + ARGV[3]
for index = 2, 4 do redis.call('ZREMRANGEBYSCORE', KEYS[index], '-inf', now) end
if redis.call('ZCARD', KEYS[4]) >= tonumber(ARGV[4]) then return 'full' end

local running = ARGV[6] ~= ''
redis.call('HSET', KEYS[1], 'c', ARGV[2], 'u', now, 'n', 0, 's', ARGV[5], 'e', running and 1 or 0)
redis.call('HSET', KEYS[1], 'p', running and 'running' or 'queued')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
for index = 2, 4 do redis.call('ZADD', KEYS[index], expires, ARGV[1]) end
if running then
  redis.call('HSET', KEYS[1], 'o', ARGV[6])
  redis.call('SADD', KEYS[5], ARGV[1])
else
  redis.call('XADD', KEYS[5], '*', 't', ARGV[1])
end
for index = 2, running and 5 or 4 do
  if redis.call('PTTL', KEYS[index]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[index], ARGV[3]) end
end
return 'stored'
`,
};

export const deadPods: Script = {
  keys: 1,
  sha: 'feb8591a39bafd8954fdf3afb9710c4c794f66f0',
  lua: `-- Lists the pods whose lease has run out by the server's clock, and that no pod has forgotten yet.
--
-- KEYS[1] pods
-- Returns their ids.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)
`,
};

export const deliveredStanding: Script = {
  keys: 1,
  sha: '62a63635cea46578cbcddaf9dc6b0032ca4e2c92',
  lua: `-- Notes how far a connection got in a session's standing log, if it still reads it.
--
-- KEYS[1] session
-- ARGV[1] holder's pod   ARGV[2] holder's connection   ARGV[3] the last position it has   ARGV[4] the same in the log of changes
-- Returns 1, or 0: another connection has the log.

local holder = redis.call('HMGET', KEYS[1], 'hp', 'hc')
if holder[1] ~= ARGV[1] or holder[2] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'dp', ARGV[3], 'dc', ARGV[4])
return 1
`,
};

export const detachStanding: Script = {
  keys: 1,
  sha: '5c1bcbf936bfde9802fbfc43b0488f4c2ea6fd20',
  lua: `-- Removes a connection from a session's standing log and notes how far it got, if it still reads it.
--
-- KEYS[1] session
-- ARGV[1] holder's pod   ARGV[2] holder's connection   ARGV[3] the last position it has   ARGV[4] the same in the log of changes
-- Returns how many fields were removed.

local holder = redis.call('HMGET', KEYS[1], 'hp', 'hc')
if holder[1] ~= ARGV[1] or holder[2] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'dp', ARGV[3], 'dc', ARGV[4])
return redis.call('HDEL', KEYS[1], 'hp', 'hc')
`,
};

export const endLease: Script = {
  keys: 1,
  sha: '0c2079b961738006b06f0e21428173c81ad0583d',
  lua: `-- Ends a pod's lease now. Its entry stays until a pod forgets it.
--
-- KEYS[1] pods
-- ARGV[1] pod
-- Returns 0.

local time = redis.call('TIME')
return redis.call('ZADD', KEYS[1], 'XX', time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
`,
};

export const endSession: Script = {
  keys: 6,
  sha: '6b097c60a4aaced850714a87d1e09a4d09c60ae1',
  lua: `-- Removes a session. The caller removes the logs of its exchanges, since only the index knows their names.
--
-- KEYS[1] session   KEYS[2] subscriptions   KEYS[3] cancelled   KEYS[4] questions   KEYS[5] standing   KEYS[6] streams
-- Returns { the session's field names, the names of its streams }; the first is empty: no such session.

local fields = redis.call('HKEYS', KEYS[1])
local streams = redis.call('ZRANGE', KEYS[6], 0, -1)
redis.call('DEL', unpack(KEYS))
return { fields, streams }
`,
};

export const endTask: Script = {
  keys: 3,
  sha: '0d8b0e3cfa01913e621b724f728ad01b47bb4ad6',
  lua: `-- Ends a task with the outcome of its run.
--
-- KEYS[1] task   KEYS[2] the pod's tasks   KEYS[3] the owner's tasks that have not ended
-- ARGV[1] run   ARGV[2] id   ARGV[3] kind of outcome   ARGV[4] outcome
-- Returns the pods that watch it; nil: it has ended otherwise, or another run has it.

redis.call('SREM', KEYS[2], ARGV[2])
local task = redis.call('HMGET', KEYS[1], 'p', 'e', 'o')
if task[2] ~= ARGV[1] then return false end
if task[1] ~= 'ended' and (not task[3] or (task[1] ~= 'running' and task[1] ~= 'waiting')) then return false end
local watching = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local kind = string.sub(field, 1, 2)
  if kind == 'w:' then watching[#watching + 1] = string.sub(field, 3) end
  if kind == 'q:' or kind == 'a:' then redis.call('HDEL', KEYS[1], field) end
end
if task[1] == 'ended' then return watching end
local time = redis.call('TIME')
redis.call('HDEL', KEYS[1], 'o', 'x')
redis.call('HSET', KEYS[1], 'p', 'ended', 't', ARGV[3], 'd', ARGV[4], 'u', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('ZREM', KEYS[3], ARGV[2])
return watching
`,
};

export const finishStream: Script = {
  keys: 5,
  sha: '5ac781b9610ae509f807f85e626ecdead39ca8ab',
  lua: `-- Ends the log of an exchange without a last event, removes the note of its owner, and tells which connection follows it.
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
`,
};

export const followStream: Script = {
  keys: 2,
  sha: 'c68d102929054928f4015f86a84c524a741f75f0',
  lua: `-- Registers the one follower of a log that has not ended, and reads the events that it lacks.
--
-- KEYS[1] stream state   KEYS[2] stream
-- ARGV[1] the last seq it has   ARGV[2] follower's pod   ARGV[3] follower's connection   ARGV[4] '1': only if nobody follows
-- Returns { 1 if ended, else 0; entries; the newest removed seq or nil; previous follower's pod or nil, connection or nil }; nil: no such log.

local state = redis.call('HMGET', KEYS[1], 'n', 'd', 't', 'p', 'c')
if not state[1] then return false end
if not state[2] and not (ARGV[4] == '1' and state[4]) then redis.call('HSET', KEYS[1], 'p', ARGV[2], 'c', ARGV[3]) end
return { state[2] and 1 or 0, redis.call('XRANGE', KEYS[2], '(' .. ARGV[1] .. '-0', '+'), state[3], state[4], state[5] }
`,
};

export const forgetPod: Script = {
  keys: 1,
  sha: '281d54d6f0da4907e167b9830d5a13e6b4903e9a',
  lua: `-- Forgets a pod whose lease has run out.
--
-- KEYS[1] pods
-- ARGV[1] pod
-- Returns 1, or 0: it lives.

local time = redis.call('TIME')
local ends = redis.call('ZSCORE', KEYS[1], ARGV[1])
if ends and tonumber(ends) > time[1] * 1000 + math.floor(time[2] / 1000) then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
return 1
`,
};

export const heldTasks: Script = {
  keys: 2,
  sha: 'bc5a2592db14bde3ab0d8960812c98b721e4e303',
  lua: `-- Finds the tasks of a lost pod. Those that it was given but did not begin go back to the queue.
--
-- KEYS[1] the pod's tasks   KEYS[2] queue
-- ARGV[1] the queue's group   ARGV[2] pod
-- Returns the ids of the tasks that it began.

local pending = redis.pcall('XPENDING', KEYS[2], ARGV[1], '-', '+', 1000, ARGV[2])
if not pending.err then
  for _, entry in ipairs(pending) do
    local found = redis.call('XRANGE', KEYS[2], entry[1], entry[1])
    if found[1] then redis.call('XADD', KEYS[2], '*', unpack(found[1][2])) end
    redis.call('XACK', KEYS[2], ARGV[1], entry[1])
    redis.call('XDEL', KEYS[2], entry[1])
  end
  if #pending < 1000 then redis.call('XGROUP', 'DELCONSUMER', KEYS[2], ARGV[1], ARGV[2]) end
end
return redis.call('SMEMBERS', KEYS[1])
`,
};

export const initializedSession: Script = {
  keys: 1,
  sha: 'd0ce04b85b23fbb08bb036a4fb16d1dcf7484f4e',
  lua: `-- Replaces the record of a session that its client had not initialized.
--
-- KEYS[1] session
-- ARGV[1] record before (JSON)   ARGV[2] record after (JSON)
-- Returns the session's field names (among them the pods that cache it); empty: no such session; 0: its record is another one already.

local record = redis.call('HGET', KEYS[1], 'r')
if not record then return {} end
if record ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'r', ARGV[2])
return redis.call('HKEYS', KEYS[1])
`,
};

export const livingPods: Script = {
  keys: 1,
  sha: '7eb98ccc16352951a0ec494820866b92fa46a031',
  lua: `-- Lists the pods whose lease has not run out by the server's clock.
--
-- KEYS[1] pods
-- Returns their ids.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
`,
};

export const loadSession: Script = {
  keys: 4,
  sha: '7788dd8d00236cc19890f4a2d2204a5a5c163ffd',
  lua: `-- Reads a session, notes that a pod caches it, and renews its keys once a tenth of the TTL has passed.
--
-- KEYS[1] session   KEYS[2] subscriptions   KEYS[3] cancelled   KEYS[4] questions
-- ARGV[1] the pod's field   ARGV[2] session TTL, ms   ARGV[3] the prefix of the fields of registry changes
-- Returns { record, level or nil, subscriptions, cancelled request ids, notifications (JSON) or nil, fields and values of registry changes in turns }, or
-- nil: no such session.

local fields = redis.call('HMGET', KEYS[1], 'r', 'l', ARGV[1], 'n', 'vb')
if not fields[1] then return false end
if not fields[3] then redis.call('HSET', KEYS[1], ARGV[1], '1') end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) * 0.9 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
  redis.call('PEXPIRE', KEYS[4], ARGV[2])
end
local changes = {}
if fields[5] then
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    if string.sub(field, 1, #ARGV[3]) == ARGV[3] then
      table.insert(changes, field)
      table.insert(changes, redis.call('HGET', KEYS[1], field))
    end
  end
end
return { fields[1], fields[2], redis.call('SMEMBERS', KEYS[2]), redis.call('ZRANGE', KEYS[3], 0, -1), fields[4], changes }
`,
};

export const loseTask: Script = {
  keys: 4,
  sha: 'aab3f18503c0d9efcfbe2ebc43dda8da8f4c04b5',
  lua: `-- Ends the run of a lost pod: queues the task again if it may run again, else ends it.
--
-- KEYS[1] task   KEYS[2] the lost pod's tasks   KEYS[3] queue   KEYS[4] the owner's tasks that have not ended
-- ARGV[1] id   ARGV[2] lost pod   ARGV[3] how often it may be lost   ARGV[4] kind of outcome   ARGV[5] outcome   ARGV[6] message
-- Returns { 'requeued' or 'failed', pods that watch it ... }; nil: this pod does not run it.

redis.call('SREM', KEYS[2], ARGV[1])
local task = redis.call('HMGET', KEYS[1], 'p', 'o', 's', 'n')
if task[2] ~= ARGV[2] or (task[1] ~= 'running' and task[1] ~= 'waiting') then return false end
local again = task[3] == '1' and tonumber(task[4]) < tonumber(ARGV[3])
local reply = { again and 'requeued' or 'failed' }
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local kind = string.sub(field, 1, 2)
  if kind == 'w:' then reply[#reply + 1] = string.sub(field, 3) end
  if kind == 'q:' or (kind == 'a:' and not again) then redis.call('HDEL', KEYS[1], field) end
end
local time = redis.call('TIME')
redis.call('HINCRBY', KEYS[1], 'n', 1)
redis.call('HINCRBY', KEYS[1], 'e', 1)
redis.call('HDEL', KEYS[1], 'o')
redis.call('HSET', KEYS[1], 'u', time[1] * 1000 + math.floor(time[2] / 1000))
if again then
  redis.call('HSET', KEYS[1], 'p', 'queued')
  redis.call('XADD', KEYS[3], '*', 't', ARGV[1])
else
  redis.call('HDEL', KEYS[1], 'x')
  redis.call('HSET', KEYS[1], 'p', 'ended', 't', ARGV[4], 'd', ARGV[5], 'm', ARGV[6])
  redis.call('ZREM', KEYS[4], ARGV[1])
end
return reply
`,
};

export const noteNotification: Script = {
  keys: 1,
  sha: 'a0bc53c1a974fee154bee0c2d0400515c65beb32',
  lua: `-- Remembers a notification of the client and replaces the earlier one of its kind, within limits. Numbers come from the clock, so a number that a
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
`,
};

export const openHandle: Script = {
  keys: 2,
  sha: '40b75e626c8cad421bfda12852e86ff6f414c8af',
  lua: `-- Renews a handle.
--
-- KEYS[1] handle   KEYS[2] the owner's handles
-- ARGV[1] id
-- Returns 1, or 0: there is no such handle.

local ttl = redis.call('HGET', KEYS[1], 't')
if not ttl then return 0 end
local time = redis.call('TIME')
redis.call('PEXPIRE', KEYS[1], ttl)
redis.call('ZADD', KEYS[2], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + ttl), ARGV[1])
if redis.call('PTTL', KEYS[2]) < tonumber(ttl) then redis.call('PEXPIRE', KEYS[2], ttl) end
return 1
`,
};

export const openInbox: Script = {
  keys: 1,
  sha: 'a7690c7b19db8458ab070e404f936088d7b48442',
  lua: `-- Creates a pod's inbox if it is missing, with a first entry that nobody reads.
--
-- KEYS[1] inbox
-- ARGV[1] how long to keep an inbox that nobody renews, ms
-- Returns the position to read from.

local position = redis.call('XADD', KEYS[1], '*', 'm', '{"type":"opened"}')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return position
`,
};

export const openQueue: Script = {
  keys: 1,
  sha: '6f94b762f4a2d402538e5dab3c567c44ec26df69',
  lua: `-- Creates the queue and its group if they are missing.
--
-- KEYS[1] queue
-- ARGV[1] group
-- Returns 1.

local created = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')
if created.err and not string.find(created.err, 'BUSYGROUP') then return created end
return 1
`,
};

export const openStream: Script = {
  keys: 4,
  sha: 'a85b97417d75eb12a3b980338c8917d0871100a4',
  lua: `-- Creates the log of an exchange. If the log exists and has not ended, gives it its full idle time again. Forgets the
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
`,
};

export const ownStream: Script = {
  keys: 1,
  sha: 'e54bbbe1052625af23dafa9c741eead06c19596a',
  lua: `-- Notes that a pod writes a log.
--
-- KEYS[1] owned
-- ARGV[1] session and stream (JSON)   ARGV[2] how long to keep the entries if the pod does not renew them, ms
-- Returns 1.

redis.call('SADD', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
`,
};

export const pauseTask: Script = {
  keys: 2,
  sha: '296eaa5182283e54a2d4a1fdc4374b08c957502e',
  lua: `-- Stores the questions of a run. The run is over, unless its handler waits for the answers.
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
`,
};

export const readStanding: Script = {
  keys: 2,
  sha: '0cdab4c88e00a63c8b74db3bb8d249d30f196857',
  lua: `-- Reads a session's standing log after a position, and tells which connection reads it.
--
-- KEYS[1] session   KEYS[2] standing
-- ARGV[1] the last position that the reader has
-- Returns { entries, holder's pod or nil, holder's connection or nil }; nil: no such session.

local session = redis.call('HMGET', KEYS[1], 'r', 'hp', 'hc')
if not session[1] then return false end
return { redis.call('XRANGE', KEYS[2], '(' .. ARGV[1], '+'), session[2], session[3] }
`,
};

export const readStream: Script = {
  keys: 2,
  sha: '837783910a14487aa0e02df821f2a275d3d7d03d',
  lua: `-- Reads a log after a position.
--
-- KEYS[1] stream state   KEYS[2] stream
-- ARGV[1] the last seq that the reader has
-- Returns { 1 if ended, else 0; entries; the newest removed seq or nil }; nil: no such log.

local state = redis.call('HMGET', KEYS[1], 'n', 'd', 't')
if not state[1] then return false end
return { state[2] and 1 or 0, redis.call('XRANGE', KEYS[2], '(' .. ARGV[1] .. '-0', '+'), state[3] }
`,
};

export const readTask: Script = {
  keys: 2,
  sha: '51b4673bcc236559508f2cd2e0cbc9365d247b83',
  lua: `-- Reads a task of an owner, and notes that a pod watches it. A task of another owner costs what an unknown one costs.
--
-- KEYS[1] task   KEYS[2] the owner's tasks, or all tasks
-- ARGV[1] id   ARGV[2] the pod's field; '' : it does not watch
-- Returns the task's fields and values in turn; empty: there is no such task, or it has another owner.

if not redis.call('ZSCORE', KEYS[2], ARGV[1]) or redis.call('EXISTS', KEYS[1]) == 0 then return {} end
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], ARGV[2], '1') end
return redis.call('HGETALL', KEYS[1])
`,
};

export const releaseCall: Script = {
  keys: 1,
  sha: '6ac3ddbe66651d3aff869ce4cad82540587eec08',
  lua: `-- Forgets a running call.
--
-- KEYS[1] call
-- ARGV[1] run   ARGV[2] 1: only if nobody waits
-- Returns { 1 or 0 (kept, since pods wait), pods that wait ... }; nil: it has ended, or belongs to another run.

local call = redis.call('HMGET', KEYS[1], 'r', 'd')
if call[1] ~= ARGV[1] or call[2] then return false end
local reply = { 1 }
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 2) == 'w:' then reply[#reply + 1] = string.sub(field, 3) end
end
if ARGV[2] == '1' and #reply > 1 then
  reply[1] = 0
  return reply
end
redis.call('DEL', KEYS[1])
return reply
`,
};

export const removeHandle: Script = {
  keys: 2,
  sha: '2d78496a76b62697a75513adfa69ab1b4a1f5c5f',
  lua: `-- Deletes a handle with its entries.
--
-- KEYS[1] handle   KEYS[2] the owner's handles
-- ARGV[1] id
-- Returns 1, or 0: there is no such handle.

redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('DEL', KEYS[1])
`,
};

export const renewCall: Script = {
  keys: 1,
  sha: 'eb782bde267ba5b88533cb39b9c340b34504b192',
  lua: `-- Keeps a running call for longer.
--
-- KEYS[1] call
-- ARGV[1] run   ARGV[2] how long, ms
-- Returns 1, or 0: it has ended, or belongs to another run.

local call = redis.call('HMGET', KEYS[1], 'r', 'd')
if call[1] ~= ARGV[1] or call[2] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`,
};

export const renewLease: Script = {
  keys: 1,
  sha: 'a5f7ffab98efb57f23c5c99b01e02a463079d414',
  lua: `-- Renews a pod's lease by the server's clock, and forgets the leases that ran out long ago.
--
-- KEYS[1] pods
-- ARGV[1] pod   ARGV[2] lease, ms   ARGV[3] how long to remember a lease that ran out, ms
-- Returns how many leases were forgotten.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
`,
};

export const reportTask: Script = {
  keys: 1,
  sha: '022f437dff6a0d62e6bccb400615453c657b5e3f',
  lua: `-- Sets the message of a task that runs, or whose handler waits.
--
-- KEYS[1] task
-- ARGV[1] run   ARGV[2] message
-- Returns the pods that watch it; nil: it has ended, or another run has it.

local task = redis.call('HMGET', KEYS[1], 'p', 'e', 'o')
if task[2] ~= ARGV[1] or not task[3] or (task[1] ~= 'running' and task[1] ~= 'waiting') then return false end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'm', ARGV[2], 'u', time[1] * 1000 + math.floor(time[2] / 1000))
local watching = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 2) == 'w:' then watching[#watching + 1] = string.sub(field, 3) end
end
return watching
`,
};

export const requeueTasks: Script = {
  keys: 1,
  sha: 'a2a410d8f04e83003748c0de718b5a64f7d9ca3c',
  lua: `-- Puts tasks back into the queue that a pod was given some time ago, but has not begun.
--
-- KEYS[1] queue
-- ARGV[1] group   ARGV[2] how long ago at least, ms
-- Returns how many there were.

local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], 'IDLE', ARGV[2], '-', '+', 1000)
if pending.err then return 0 end
for _, entry in ipairs(pending) do
  local found = redis.call('XRANGE', KEYS[1], entry[1], entry[1])
  if found[1] then redis.call('XADD', KEYS[1], '*', unpack(found[1][2])) end
  redis.call('XACK', KEYS[1], ARGV[1], entry[1])
  redis.call('XDEL', KEYS[1], entry[1])
end
return #pending
`,
};

export const serverId: Script = {
  keys: 1,
  sha: '7303862d910d78e0575f05d261ca320122251de4',
  lua: `-- Names the server process that has a key. After a failover or a restart it is another one.
--
-- KEYS[1] any key
-- Returns its run id, or null if the user may not run INFO.

local info = redis.pcall('INFO', 'server')
if type(info) ~= 'string' then
  return false
end
return string.match(info, 'run_id:(%x+)')
`,
};

export const setLogLevel: Script = {
  keys: 1,
  sha: 'c2f4ffe90df5b280849cbca790d280c7e4431257',
  lua: `-- Sets a session's log level.
--
-- KEYS[1] session
-- ARGV[1] level
-- Returns the session's field names (among them the pods that cache it); empty: no such session.

if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
redis.call('HSET', KEYS[1], 'l', ARGV[1])
return redis.call('HKEYS', KEYS[1])
`,
};

export const stateEntries: Script = {
  keys: 1,
  sha: '89b4f3000d2f43e7bb515047a02d2a96e45fc315',
  lua: `-- Reads all entries of a place.
--
-- KEYS[1] session or handle
-- ARGV[1] the prefix of the entries' fields
-- Returns fields and values in turns.

local entries = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, #ARGV[1]) == ARGV[1] then
    table.insert(entries, field)
    table.insert(entries, redis.call('HGET', KEYS[1], field))
  end
end
return entries
`,
};

export const subscribe: Script = {
  keys: 2,
  sha: '3a28152657f1d538a5ea0d0a0b23206c807c1ab2',
  lua: `-- Adds a subscription, up to a limit. Succeeds if it exists already.
--
-- KEYS[1] session   KEYS[2] subscriptions
-- ARGV[1] limit   ARGV[2] session TTL, ms   ARGV[3...] the forms of the URI. The first one is stored.
-- Returns the session's field names; empty: no such session; -1: the limit is reached.

if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
for index = 3, #ARGV do
  if redis.call('SISMEMBER', KEYS[2], ARGV[index]) == 1 then return redis.call('HKEYS', KEYS[1]) end
end
if redis.call('SCARD', KEYS[2]) >= tonumber(ARGV[1]) then return -1 end
redis.call('SADD', KEYS[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return redis.call('HKEYS', KEYS[1])
`,
};

export const takeCancelled: Script = {
  keys: 1,
  sha: 'd72cf141d0590ec883a1d3a32c4e907bd511560b',
  lua: `-- Forgets that a request is cancelled.
--
-- KEYS[1] cancelled
-- ARGV[1] request id (JSON)
-- Returns 1, or 0: the store does not remember it (any more).

local till = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not till then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
local time = redis.call('TIME')
if tonumber(till) > time[1] * 1000 + math.floor(time[2] / 1000) then return 1 end
return 0
`,
};

export const takeOverCall: Script = {
  keys: 1,
  sha: 'c2115ed7d9e768f2e0c9a8ce6db57f4b8deb1286',
  lua: `-- Replaces the run of a lost pod by a new run.
--
-- KEYS[1] call
-- ARGV[1] the lost run   ARGV[2] run   ARGV[3] pod   ARGV[4] how long to keep it, ms
-- Returns 1, or 0: it has ended, or another pod was faster.

local call = redis.call('HMGET', KEYS[1], 'r', 'd')
if call[1] ~= ARGV[1] or call[2] then return 0 end
redis.call('HSET', KEYS[1], 'r', ARGV[2], 'o', ARGV[3])
redis.call('HINCRBY', KEYS[1], 'n', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
`,
};

export const takeOverStream: Script = {
  keys: 4,
  sha: '4c59af80112bc2ca2e8776f18b7a6dfb766aa045',
  lua: `-- Gives the log of an exchange that has not ended to another pod, under the next epoch, with a full idle time.
--
-- KEYS[1] session   KEYS[2] stream state   KEYS[3] stream   KEYS[4] streams
-- ARGV[1] the old owner   ARGV[2] the new owner   ARGV[3] stream
-- ARGV[4] idle time, ms   ARGV[5] the longest life of a log, ms   ARGV[6] how many seqs to skip
-- If the same pod took it from the same owner before, returns the same again, since the first answer may have been lost.
-- Returns { epoch, requests, the seq before the next one, entries }; nil: no such log, it has ended, or its owner is another.

if redis.call('EXISTS', KEYS[1]) == 0 then return false end
local state = redis.call('HMGET', KEYS[2], 'o', 'e', 'q', 'd', 'f')
local isOurs = state[1] == ARGV[2] and state[5] == ARGV[1]
if state[4] or (state[1] ~= ARGV[1] and not isOurs) then return false end
local epoch = tonumber(state[2] or 1) + (isOurs and 0 or 1)
local time = redis.call('TIME')
local last = redis.call('HINCRBY', KEYS[2], 'n', isOurs and 0 or ARGV[6])
redis.call('HSET', KEYS[2], 'o', ARGV[2], 'e', epoch, 'f', ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
redis.call('ZADD', KEYS[4], 'XX', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[4], ARGV[3])
redis.call('PEXPIRE', KEYS[4], ARGV[5])
return { epoch, state[3], last, redis.call('XRANGE', KEYS[3], '-', '+') }
`,
};

export const takeRequests: Script = {
  keys: 1,
  sha: '5c54c6910a4f9e43fbd3e4dfb37feb4711763cd5',
  lua: `-- Takes requests from a caller's bucket (generic cell rate algorithm). A bucket is one number: when it is full again.
--
-- KEYS[1] the caller's buckets
-- ARGV[1] bucket   ARGV[2] how many are wanted   ARGV[3] time for one request, µs   ARGV[4] burst
-- Returns how many are granted, and the µs until one more would be.

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[3])
local from = math.max(now, tonumber(redis.call('HGET', KEYS[1], ARGV[1])) or 0)
local latest = now + ARGV[4] * interval
local granted = math.max(0, math.min(tonumber(ARGV[2]), math.floor((latest - from) / interval)))
local full = from + granted * interval
if granted > 0 then
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', full))
  local keep = math.ceil((full - now) / 1000)
  if redis.call('PTTL', KEYS[1]) < keep then redis.call('PEXPIRE', KEYS[1], keep) end
end
return { granted, math.max(0, math.ceil(full + interval - latest)) }
`,
};

export const touchSession: Script = {
  keys: 3,
  sha: '4c6f092a171a2aa143e1770ddb6384a5d0e108f6',
  lua: `-- Renews a session's keys once a tenth of the TTL has passed.
--
-- KEYS[1] session   KEYS[2] subscriptions   KEYS[3] questions
-- ARGV[1] session TTL, ms
-- Returns 1, or 0: no such session.

local left = redis.call('PTTL', KEYS[1])
if left == -2 then return 0 end
if left < tonumber(ARGV[1]) * 0.9 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  redis.call('PEXPIRE', KEYS[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[3], ARGV[1])
end
return 1
`,
};

export const unfollowStream: Script = {
  keys: 1,
  sha: 'a5301ea01c09f421d9562dcf6bff386a375ba6cb',
  lua: `-- Removes a follower from a log, if it is still the registered one.
--
-- KEYS[1] stream state
-- ARGV[1] follower's pod   ARGV[2] follower's connection
-- Returns how many fields were removed.

local follower = redis.call('HMGET', KEYS[1], 'p', 'c')
if follower[1] ~= ARGV[1] or follower[2] ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], 'p', 'c')
`,
};

export const unsubscribe: Script = {
  keys: 2,
  sha: 'c120c76a2deea785fb75e4c220abef89427218d7',
  lua: `-- Removes a subscription.
--
-- KEYS[1] session   KEYS[2] subscriptions
-- ARGV[1...] the forms of the URI
-- Returns the session's field names; empty: no such session.

if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
redis.call('SREM', KEYS[2], unpack(ARGV))
return redis.call('HKEYS', KEYS[1])
`,
};

export const writeState: Script = {
  keys: 1,
  sha: '9654a9d7a774af79a657bd758e7fa1ad4d60e9e5',
  lua: `-- Changes one entry of a place, if it is as expected. A write that arrives twice is done once.
--
-- KEYS[1] session or handle
-- ARGV[1] the entry's field   ARGV[2] 1: store ARGV[3], 0: delete the entry   ARGV[3] value (JSON)
-- ARGV[4] the version that the entry must have, 'none' or 'any'
-- ARGV[5] the writer's field   ARGV[6] the number of the write   ARGV[7] limit of all entries, bytes   ARGV[8] bytes of the entry's key
-- ARGV[9...] the fields of other forms of the key, where the entry may be instead
-- Returns { 'written', new version or nil }, { 'conflict', value or nil }, { 'too-large', bytes } or { 'gone' }.

-- The bytes of a text before it was sealed (createTexts in signing/sealer.ts).
local function size(text)
  if string.byte(text) ~= 2 then return #text end
  return math.floor((#text - 33) * 3 / 4) - 22
end

if redis.call('EXISTS', KEYS[1]) == 0 then return { 'gone' } end
local place = redis.call('HMGET', KEYS[1], ARGV[1], ARGV[5], 'sb')
local current, other = place[1], false
for index = 9, #ARGV do
  if not current then
    other = ARGV[index]
    current = redis.call('HGET', KEYS[1], other)
  end
end
if place[2] and tonumber(place[2]) >= tonumber(ARGV[6]) then return { 'written' } end
local colon = current and string.find(current, ':', 1, true)
local version = current and string.sub(current, 1, colon - 1) or 'none'
if ARGV[4] ~= 'any' and ARGV[4] ~= version then return { 'conflict', current } end
local before = current and size(string.sub(current, colon + 1)) + ARGV[8] or 0
local after = ARGV[2] == '1' and size(ARGV[3]) + ARGV[8] or 0
local bytes = (tonumber(place[3]) or 0) - before + after
if after > before and bytes > tonumber(ARGV[7]) then return { 'too-large', bytes } end
redis.call('HSET', KEYS[1], ARGV[5], ARGV[6], 'sb', string.format('%.0f', bytes))
if other then redis.call('HDEL', KEYS[1], other) end
if ARGV[2] == '0' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  return { 'written' }
end
version = string.format('%.0f', redis.call('HINCRBY', KEYS[1], 'sn', 1))
redis.call('HSET', KEYS[1], ARGV[1], version .. ':' .. ARGV[3])
return { 'written', version }
`,
};
