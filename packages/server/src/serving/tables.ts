import type { Decider, Decision, DecisionKind, EndpointSpec, SketchJson } from '@regia/core'
import type { JsonText } from '../database/json-text.ts'
import type { ReferenceTables } from './reference/reference-tables.ts'
import type { ReleaseTables } from './release/release-tables.ts'

/** Of what stands in folders of its own. */
type FolderTables = ReleaseTables & ReferenceTables

/** Times that are compared or summed are milliseconds since 1970; those that are only shown are ISO-8601. */
export type ServingTables = FolderTables & {
  endpoint: {
    name: string
    spec: JsonText<EndpointSpec>
    /** The version that served last. */
    stable_version: number | null
    /** What `rollback` would bring back. */
    previous_version: number | null
    created_at: string
  }
  /** Newest has the highest `number`; never changed. */
  decision: {
    endpoint: string
    number: number
    id: string
    kind: DecisionKind
    decider: Decider
    decision: JsonText<Decision>
  }
  /** Up to where the log has been counted: commits with what was counted. */
  log_offset: { endpoint: string; segment: number; byte_offset: number }
  /** One an endpoint, version and hour of event time. */
  sketch: { endpoint: string; version: number; hour: number; sketch: JsonText<SketchJson> }
  label: {
    prediction_id: string
    endpoint: string
    version: number
    label: string
    /** 1 where the label is the positive class, 0 where not, null where the model has none. */
    is_positive: number | null
    score: number
    /** Event time of the prediction. */
    event_at: number
    /** Order in which labels came: their place in the log. */
    place: number
  }
  shadow_pair: {
    prediction_id: string
    endpoint: string
    champion_version: number
    challenger_version: number
    champion_score: number
    challenger_score: number
    /** 1 where both gave the same class. */
    is_same_class: number
    /** The classes that they gave; null for a regression, and for pairs of before they were kept. */
    champion_label: string | null
    challenger_label: string | null
    event_at: number
  }
  endpoint_count: {
    endpoint: string
    version: number
    prediction_count: number
    label_count: number
  }
  /** Where an endpoint's events are in time; commits with what was counted. */
  endpoint_watermark: { endpoint: string; event_at: number; elsewhere_count: number }
  /** Endpoints that were taken out of service, until they are put back. */
  unloaded_endpoint: { endpoint: string; at: string }
}
