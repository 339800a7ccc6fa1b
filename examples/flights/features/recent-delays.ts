import { featureView, mean } from 'regia'

/**
 * How late flights have been running: the mean delay of flights from the same origin, and to the same destination, that are estimated to have landed
 * in the last three hours. Used in training (point in time, by DuckDB) and while serving (kept up by the client), from this one definition.
 */
export const recentDelays = featureView({
  name: 'recent-delays',
  source: 'flights',
  eventTime: 'landed_at',
  features: {
    origin_mean_delay: mean('delay').by('origin').over('3h'),
    destination_mean_delay: mean('delay').by('destination').over('3h'),
  },
})
