import type { TableSchema } from 'regia'

/** US domestic flights, January to June 2001. `date` is the actual departure in the origin's local time. */
export const flightSchema: TableSchema = {
  strict: true,
  columns: [
    { name: 'date', type: 'timestamp', nullable: false, description: 'Actual departure, local time of the origin.' },
    // Nobody arrives two hours early or more than a day late: such rows are slips of the recording.
    {
      name: 'delay',
      type: 'int',
      nullable: false,
      minimum: -120,
      maximum: 1440,
      description: 'Arrival delay in minutes.',
    },
    { name: 'distance', type: 'int', nullable: false, minimum: 1, maximum: 6000, description: 'Miles.' },
    { name: 'origin', type: 'string', nullable: false, pattern: '^[A-Z0-9]{3}$', description: 'Airport, IATA code.' },
    {
      name: 'destination',
      type: 'string',
      nullable: false,
      pattern: '^[A-Z0-9]{3}$',
      description: 'Airport, IATA code.',
    },
  ],
}

/** A flight that arrives more than so many minutes after its schedule counts as late. */
export const LATE_AFTER_MINUTES = 15
