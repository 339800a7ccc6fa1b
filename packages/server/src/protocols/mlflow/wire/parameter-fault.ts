import { invalidParameter, type MlflowError } from './mlflow-error.ts'

/** `Missing value for required parameter 'X'. See the API docs …` */
export const missingParameter = (name: string): MlflowError =>
  invalidParameter(`Missing value for required parameter '${name}'. ${API_DOCS}`)

/** `Invalid value 5 for parameter 'X' supplied:  Hint: Value was of type 'int'. See the API docs …` */
export const invalidType = (name: string, raw: unknown): MlflowError =>
  invalidParameter(`${invalidValue(name, raw, ` Hint: Value was of type '${pythonType(raw)}'.`)} ${API_DOCS}`)

/** `Invalid value 5 for parameter 'X' supplied: …`, or with nothing behind it. */
export const invalidValue = (name: string, raw: unknown, why = ''): string =>
  `Invalid value ${asciiJson(raw)} for parameter '${name}' supplied${why === '' ? '.' : `: ${why}`}`

export const API_DOCS = 'See the API docs for more information about request parameters.'

function pythonType(raw: unknown): string {
  if (raw === null || raw === undefined) return 'NoneType'
  if (Array.isArray(raw)) return 'list'
  if (typeof raw === 'number') return Number.isInteger(raw) ? 'int' : 'float'
  return { string: 'str', boolean: 'bool' }[typeof raw as string] ?? 'dict'
}

/** `'name' exceeds the maximum length of 500 characters` */
export const exceedsLength = (name: string, most: number): MlflowError =>
  invalidParameter(`'${name}' exceeds the maximum length of ${most} characters`)

/** Letters outside of ASCII are escaped, as Python's JSON does. */
const asciiJson = (raw: unknown): string =>
  JSON.stringify(raw).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
