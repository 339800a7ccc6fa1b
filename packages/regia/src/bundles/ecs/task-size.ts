import type { BundleContext } from '../bundle-target.ts'
import { invalid } from '../settings.ts'

type Range = { readonly from: number; readonly until: number; readonly step: number }

/** What Fargate sells: processor units with the memory in MiB that may go with them (Amazon ECS Developer Guide, "Task CPU and memory"). */
const SIZES: ReadonlyMap<number, readonly number[] | Range> = new Map<number, readonly number[] | Range>([
  [256, [512, 1024, 2048]],
  [512, { from: 1024, until: 4096, step: 1024 }],
  [1024, { from: 2048, until: 8192, step: 1024 }],
  [2048, { from: 4096, until: 16_384, step: 1024 }],
  [4096, { from: 8192, until: 30_720, step: 1024 }],
  [8192, { from: 16_384, until: 61_440, step: 4096 }],
  [16_384, { from: 32_768, until: 122_880, step: 8192 }],
])

/** Processor units and memory as a task definition wants them: as text. @throws RegiaError `INVALID_INPUT` for a pair that Fargate refuses. */
export function taskSize(settings: BundleContext['settings']): { readonly cpu: string; readonly memory: string } {
  const { cpu = '', memory = '' } = settings
  const allowed = SIZES.get(Number(cpu))
  if (!allowed) throw invalid('cpu', cpu, `one of ${[...SIZES.keys()].join(', ')}`)
  if (!fits(Number(memory), allowed)) throw invalid('memory', memory, `${words(allowed)} with cpu ${cpu}`)
  return { cpu, memory }
}

const isList = (allowed: readonly number[] | Range): allowed is readonly number[] => Array.isArray(allowed)

const fits = (memory: number, allowed: readonly number[] | Range): boolean =>
  isList(allowed)
    ? allowed.includes(memory)
    : memory >= allowed.from && memory <= allowed.until && memory % allowed.step === 0

const words = (allowed: readonly number[] | Range): string =>
  isList(allowed) ? `one of ${allowed.join(', ')}` : `${allowed.from} to ${allowed.until} in steps of ${allowed.step}`
