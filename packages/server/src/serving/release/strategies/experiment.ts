import { analyseExperiment, type ExperimentAnalysis, ruleSentences } from '@regia/core'
import type { RecordedArm, ReleaseRecord } from '../release-record.ts'
import { type Act, type Broken, inPlay, type ReleaseStrategy, WAIT } from './strategy.ts'

/** Fixed shares until a metric tells the versions apart. */
export const experimentStrategy: ReleaseStrategy<'experiment'> = {
  kind: 'experiment',
  role: 'arm',
  arms: ({ arms }) => arms,
  restartsOnChange: true,
  look: ({ record, figures, units }) => {
    const { policy, arms, stableVersion, analysis: previous } = record
    const playing = inPlay(arms)
    const control = figures.get(stableVersion)
    if (!control || playing.length === 0) return { changes: {}, act: WAIT }
    const analysis = analyseExperiment({
      policy,
      arms: [
        { version: stableVersion, share: controlShare(playing), figures: control, ...unitsOf(units, stableVersion) },
        ...playing.map(({ version, share }) => ({
          version,
          share,
          figures: figures.get(version)!,
          ...unitsOf(units, version),
        })),
      ],
      ...(previous && { previous }),
    })
    const { verdict, reason } = analysis
    return { changes: { analysis, verdict, reason }, act: actOf(record, analysis) }
  },
}

/** With a sticky column it is entities that are assigned, not requests. */
const unitsOf = (units: ReadonlyMap<number, number>, version: number) =>
  units.size > 0 ? { assignedCount: units.get(version) ?? 0 } : {}

const controlShare = (arms: readonly RecordedArm[]): number => 1 - arms.reduce((sum, { share }) => sum + share, 0)

function actOf({ stableVersion }: ReleaseRecord, { comparisons, verdict, winner }: ExperimentAnalysis): Act {
  const broken: readonly Broken[] = comparisons.flatMap(({ version, rules }) => {
    const failed = rules.filter(({ state }) => state === 'fails')
    return failed.length > 0 ? [{ version, reason: ruleSentences(failed) }] : []
  })
  if (broken.length > 0) return { kind: 'take-out', broken }
  if (verdict === 'running') return WAIT
  return verdict === 'unsound' ? { kind: 'pause' } : { kind: 'conclude', winner: winner ?? stableVersion }
}
