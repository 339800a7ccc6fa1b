import { step, table } from 'regia'

/** "87%" is 0.87, "t" is true. */
export const preprocessCompanies = step({
  name: 'preprocess-companies',
  in: { companies: table() },
  out: { companies: table() },
  run: async ({ companies }, { sql }) => ({
    companies: await sql(
      `SELECT id, CAST(rtrim(rating, '%') AS DOUBLE) / 100 AS rating, fleet_size, CAST(approved AS VARCHAR) IN ('t', 'true') AS approved
       FROM companies`,
      { tables: { companies } },
    ),
  }),
})

/** "$3 105" is 3105. */
export const preprocessShuttles = step({
  name: 'preprocess-shuttles',
  in: { shuttles: table() },
  out: { shuttles: table() },
  run: async ({ shuttles }, { sql }) => ({
    shuttles: await sql(
      `SELECT * EXCLUDE (price), CAST(regexp_replace(price, '[^0-9.]', '', 'g') AS DOUBLE) AS price FROM shuttles`,
      { tables: { shuttles } },
    ),
  }),
})

/** One row for each shuttle, with its company and its reviews. */
export const createModelInputTable = step({
  name: 'create-model-input-table',
  in: { shuttles: table(), companies: table(), reviews: table() },
  out: { rows: table() },
  run: async (tables, { sql }) => ({
    rows: await sql(
      `SELECT shuttles.engine, CAST(shuttles.passengers AS DOUBLE) AS passengers, CAST(shuttles.engines AS DOUBLE) AS engines,
         companies.rating, companies.approved, CAST(reviews.score AS DOUBLE) AS score, shuttles.price
       FROM shuttles JOIN companies ON companies.id = shuttles.company_id JOIN reviews ON reviews.shuttle_id = shuttles.id
       ORDER BY shuttles.id`,
      { tables },
    ),
  }),
})
