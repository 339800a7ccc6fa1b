import { z } from 'zod'

/** `delays@champion`, `delays@challenger` or `delays@3`: a registered model and an alias or version of it. */
export const modelRefSchema = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]*@[a-zA-Z0-9][a-zA-Z0-9._-]*$/, 'expected MODEL@ALIAS or MODEL@VERSION')
