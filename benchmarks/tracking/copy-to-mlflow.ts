import SqliteDatabase from 'better-sqlite3'

/** Runs of our database as MLflow's tables hold them, so that both servers search the same. */
const COPIES = [
  `insert or ignore into experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time)
   select id, name, artifact_root, 'active', created_ms, updated_ms from regia.experiment`,
  `insert into runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time, source_version,
     lifecycle_stage, artifact_uri, experiment_id)
   select r.id, r.name, 'UNKNOWN', '', '', r.user_name,
     case r.status when 'succeeded' then 'FINISHED' when 'cancelled' then 'KILLED' else upper(r.status) end,
     r.start_ms, r.end_ms, '', 'active', e.artifact_root || '/' || r.id || '/artifacts', r.experiment_id
   from regia.tracked_run r join regia.experiment e on e.id = r.experiment_id`,
  `insert into latest_metrics ("key", value, timestamp, step, is_nan, run_uuid)
   select k.name, m.value, m.at_ms, m.step, m.is_nan, r.id
   from regia.latest_metric m join regia.tracked_run r on r.seq = m.run_seq join regia.tracking_key k on k.id = m.key_id`,
  `insert into metrics ("key", value, timestamp, step, is_nan, run_uuid)
   select k.name, m.value, m.at_ms, m.step, m.is_nan, r.id
   from regia.metric_point m join regia.tracked_run r on r.seq = m.run_seq join regia.tracking_key k on k.id = m.key_id`,
  `insert into params ("key", value, run_uuid)
   select k.name, p.value, r.id from regia.run_param p join regia.tracked_run r on r.seq = p.run_seq join regia.tracking_key k on k.id = p.key_id`,
  `insert into tags ("key", value, run_uuid)
   select k.name, t.value, r.id from regia.run_tag t join regia.tracked_run r on r.seq = t.run_seq join regia.tracking_key k on k.id = t.key_id`,
  `insert into tags ("key", value, run_uuid) select 'mlflow.runName', name, id from regia.tracked_run`,
] as const

/** Copies runs, metrics, params and tags. Infinities stand in MLflow's database as the greatest doubles. @param ours - A closed database of Regia. */
export function copyToMlflow(ours: string, theirs: string): void {
  const sqlite = new SqliteDatabase(theirs)
  try {
    sqlite.pragma('synchronous = OFF')
    sqlite.prepare('attach database ? as regia').run(ours)
    sqlite.transaction(() => {
      for (const text of COPIES) sqlite.prepare(text).run()
      for (const table of ['metrics', 'latest_metrics']) {
        sqlite.prepare(`update ${table} set value = 1.7976931348623157e308 where value = 9e999`).run()
      }
    })()
    sqlite.exec('analyze')
  } finally {
    sqlite.close()
  }
}
