-- name: scenario_lock
-- Locks the questions of a site, so that two askers do not both take its last place; no row if there is no such site.
select site_id from site where slug = %(site)s for update

-- name: scenarios_waiting
-- How many questions of a site wait or are computed.
select count(*)::int from scenario_run where site_id = %(site_id)s and ended is null

-- name: scenario_ask
-- Puts a question at the end of the queue.
insert into scenario_run (site_id, spec, author, asked, state, ended)
values (%(site_id)s, %(spec)s, %(author)s, %(now)s, %(state)s, %(ended)s) returning number

-- name: scenarios_forget
-- Forgets the oldest answers of a site, of which so many are kept.
delete from scenario_run where site_id = %(site_id)s and ended is not null and play_until is null and number <= (
    select number from scenario_run where site_id = %(site_id)s order by number desc offset %(kept)s limit 1)

-- name: scenarios
-- The questions of a site, the last first: besok.model.views.scenarios.ScenarioRun without results.
select r.number, s.slug as site, r.spec, r.state, r.author, r.asked, r.started, r.ended, r.done, r.total, r.reason, r.play_until
from scenario_run r join site s using (site_id) where s.slug = %(site)s order by r.number desc

-- name: scenario
-- One question of a site with its result: besok.model.views.scenarios.ScenarioRun.
select r.number, s.slug as site, r.spec, r.state, r.author, r.asked, r.started, r.ended, r.done, r.total, r.reason, r.play_until, r.result
from scenario_run r join site s using (site_id) where s.slug = %(site)s and r.number = %(number)s

-- name: scenario_cancel
-- Cancels a question that has not ended.
update scenario_run set state = 'cancelled', ended = %(now)s where number = %(number)s and ended is null

-- name: scenario_remove
-- Removes a question that is neither waiting, computed nor played.
delete from scenario_run where number = %(number)s and ended is not null and play_until is null

-- name: scenario_waits
-- Whether any question waits, or was left by a process that died.
select exists (select from scenario_run where ended is null)

-- name: scenario_claim
-- Takes the next question, for whoever holds the duty: one that is said to be computed was left by a process that died.
update scenario_run r
set state = 'running', attempt = attempt + 1, started = %(now)s, done = 0, total = 0
from site s
where s.site_id = r.site_id and r.number = (
    select number from scenario_run where ended is null order by state = 'running' desc, number limit 1 for update skip locked)
returning r.number, s.slug as site, r.spec, r.attempt

-- name: scenario_progress
-- Notes how far a question is; no row where it was cancelled or another process has taken it.
update scenario_run set done = %(done)s, total = %(total)s
where number = %(number)s and attempt = %(attempt)s and state = 'running'

-- name: scenario_end
-- Notes how a question ended; no row where it was cancelled or another process has taken it.
update scenario_run set state = %(state)s, ended = %(now)s, reason = %(reason)s, result = %(result)s,
    done = case when %(state)s = 'done' then total else done end
where number = %(number)s and attempt = %(attempt)s and state = 'running'

-- name: scenario_play
-- Notes that an answered question is played; no row while any is, or its sandbox is not cleared away yet.
update scenario_run set play_from = %(now)s, play_until = %(until)s
where number = %(number)s and state = 'done' and not exists (select from scenario_run where play_until is not null)

-- name: scenario_play_end
-- Ends the play of a question.
update scenario_run set play_until = %(now)s where number = %(number)s and play_until > %(now)s

-- name: scenario_played
-- The question that is played, or whose sandbox is to be cleared away.
select r.number, s.slug as site, r.spec, r.play_from as begins, r.play_until as until
from scenario_run r join site s using (site_id) where r.play_until is not null

-- name: scenario_cleared
-- The sandbox of a question that was played is cleared away.
update scenario_run set play_from = null, play_until = null where number = %(number)s

-- name: recorded
-- What channels sent from one moment until another, in order.
select r.channel_id as channel, m.name as metric, r.time, r.value, r.period_s, c.wraps
from reading r join metric m on m.code = r.metric join channel c using (channel_id)
where r.channel_id = any(%(channels)s) and r.time >= %(start)s and r.time < %(end)s
order by r.time, r.channel_id, r.metric

-- name: scenario_sandbox_delete
-- Deletes sandboxes of scenarios; what belongs to them goes with them.
select delete_scenario_sandboxes(%(site_ids)s)
