import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const SEGMENT_NAME = /^(\d{6,})\.log$/

const stem = (dir: string, segment: number): string => join(dir, String(segment).padStart(6, '0'))

/** The raw frames. */
export const segmentPath = (dir: string, segment: number): string => `${stem(dir, segment)}.log`
/** Where the predictions of a sealed segment begin. */
export const sidecarPath = (dir: string, segment: number): string => `${stem(dir, segment)}.idx`
/** Bytes cut off a torn tail, for whoever wants to look. */
export const tornTailPath = (dir: string, segment: number, offset: number): string =>
  `${stem(dir, segment)}.torn-${offset}`
/** The columnar copy of a sealed segment. */
export const partitionPath = (dir: string, segment: number): string => `${stem(dir, segment)}.parquet`

/** Numbers of the segments in a log's folder, ascending. */
export function listSegments(dir: string): number[] {
  return readdirSync(dir)
    .flatMap((name) => SEGMENT_NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}
