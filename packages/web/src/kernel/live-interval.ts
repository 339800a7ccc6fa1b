/** Traffic changes with every request, which no event tells one by one: what shows it is read again so often, while it is looked at. */
export const TRAFFIC_INTERVAL_MS = 4000
