import {
  DEFINITION,
  type EndpointSpec,
  endpointSpecSchema,
  type MonitorAction,
  type MonitorSpec,
  monitorSpecSchema,
  type TriggerParam,
} from '@regia/core'
import type { z } from 'zod'
import { type ProjectConfig, projectConfigSchema } from '../project/config.ts'
import { parseDeclaration } from './parse-declaration.ts'
import { type AnyPipeline, nameOfPipeline } from './pipeline.ts'
import { callerLocation } from './source-location.ts'

export type EndpointDefinition = { readonly [DEFINITION]: 'endpoint'; readonly spec: EndpointSpec }
export type MonitorDefinition = { readonly [DEFINITION]: 'monitor'; readonly spec: MonitorSpec }

/**
 * Declares an endpoint: which model answers, and which one runs beside it in shadow. `regia apply` creates or changes it.
 *
 * @throws RegiaError `CONFIG_INVALID` naming the field and the line.
 * @example
 * export default endpoint({
 *   name: 'delays', stable: 'delays@champion',
 *   shadow: { model: 'delays@challenger', rule: { minimumDifference: -0.002 } },
 * })
 */
export function endpoint(spec: z.input<typeof endpointSpecSchema>): EndpointDefinition {
  return {
    [DEFINITION]: 'endpoint',
    spec: parseDeclaration('endpoint', endpointSpecSchema, spec, callerLocation(endpoint)),
  }
}

/**
 * Declares a monitor: what of an endpoint is watched, against the training data of what serves, and what happens on an alert.
 *
 * @throws RegiaError `CONFIG_INVALID` naming the field and the line.
 * @example
 * export default monitor({
 *   name: 'delays', endpoint: 'delays', window: '1d',
 *   performance: { metric: 'auc', minimum: 0.66, labelDelay: '2h' },
 *   actions: [retrain('delays', { cooldown: '14d', params: { until: alertTime({ minus: '10d', as: 'date' }) } })],
 * })
 */
export function monitor(spec: z.input<typeof monitorSpecSchema>): MonitorDefinition {
  return {
    [DEFINITION]: 'monitor',
    spec: parseDeclaration('monitor', monitorSpecSchema, spec, callerLocation(monitor)),
  }
}

/**
 * What a monitor does on an alert: runs a pipeline, from the code that was deployed. It checks nothing by itself; {@link monitor} does.
 *
 * @param pipeline - The pipeline or its name.
 * @param options - `cooldown`, such as `'14d'`, in event time: no second retraining within it. `params` may hold {@link alertTime}; what they
 *   leave out has its default.
 * @example monitor({ name: 'delays', endpoint: 'delays', actions: [retrain('delays', { cooldown: '14d' })] })
 */
export function retrain(
  pipeline: string | AnyPipeline,
  options: { readonly cooldown: string; readonly params?: { readonly [name: string]: TriggerParam } },
): MonitorAction {
  return {
    kind: 'retrain',
    pipeline: nameOfPipeline(pipeline),
    cooldown: options.cooldown,
    params: { ...options.params },
  }
}

/**
 * A time counted back from the event time of an alert, for a parameter of {@link retrain}.
 *
 * @param options - `minus` is a duration such as `'10d'`; `as: 'date'` gives `2001-05-31` (the day in UTC), `as: 'timestamp'` gives
 *   `2001-05-31T00:00:00.000Z`.
 * @example params: { until: alertTime({ minus: '10d', as: 'date' }) }
 */
export const alertTime = (options: { readonly minus: string; readonly as: 'date' | 'timestamp' }) => ({
  alertTime: options,
})

/**
 * The settings of a project, the default export of `regia.config.ts`.
 *
 * @throws RegiaError `CONFIG_INVALID` naming the field and the line.
 * @example export default defineConfig({ name: 'flights', demo: 'demo/story.ts' })
 */
export function defineConfig(config: z.input<typeof projectConfigSchema>): ProjectConfig {
  return parseDeclaration('project', projectConfigSchema, config, callerLocation(defineConfig))
}
