import { command } from '../command.ts'

const power = command({
  name: 'releases power',
  summary: 'compute how many labels or rewards an experiment needs, or what it can find',
  details:
    'Give --baseline for a share (accuracy, a conversion) or --deviation for a mean, and the --effect that is worth finding, as an absolute difference. With --per-arm it says what that many find. Computes only; needs no server.',
  options: {
    baseline: { type: 'number', value: 'SHARE', description: 'the share that the stable version has: 0.1' },
    deviation: {
      type: 'number',
      value: 'SD',
      description: 'standard deviation of the values, where a mean is compared',
    },
    effect: { type: 'number', value: 'DIFFERENCE', description: 'the smallest difference worth finding: 0.01' },
    power: { type: 'number', value: 'CHANCE', description: 'chance of finding it', default: 0.8 },
    alpha: { type: 'number', value: 'RATE', description: 'false alarm rate of the whole experiment', default: 0.05 },
    arms: { type: 'integer', value: 'N', description: 'versions, the stable one among them', default: 2 },
    share: { type: 'number', value: 'SHARE', description: 'of the traffic for each version beside the stable one' },
    method: { type: 'text', value: 'METHOD', description: 'fixed or sequential; both where it is left out' },
    perArm: {
      type: 'integer',
      value: 'N',
      description: 'what an experiment with so many for the stable version finds',
    },
    perDay: { type: 'number', value: 'N', description: 'labels or rewards that come in a day, of all versions' },
  },
  examples: [
    'regia releases power --baseline 0.1 --effect 0.01',
    'regia releases power --baseline 0.1 --effect 0.01 --arms 3 --method sequential --per-day 20000',
    'regia releases power --deviation 12.5 --effect 1 --share 0.1 --power 0.9',
    'regia releases power --baseline 0.1 --per-arm 5000 --method fixed',
  ],
  load: async () => (await import('../actions/release-power.ts')).planRelease,
})

export const releasePowerCommands = [power]
