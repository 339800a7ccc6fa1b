import {
  type ArmFigures,
  addMetric,
  addRequest,
  analyseExperiment,
  createRng,
  type ExperimentAnalysis,
  type ExperimentPolicy,
  emptyArmFigures,
} from '@regia/core'

export type ExperimentSimulation = {
  readonly seed: string
  readonly policy: ExperimentPolicy
  /** Accuracy of each arm, the control first; their traffic is shared alike. */
  readonly accuracies: readonly [number, ...number[]]
  /** Labels of each arm between two looks. */
  readonly batch: number
  readonly looks: number
}

export type ExperimentRun = { readonly analysis: ExperimentAnalysis; readonly perArm: number }

/** One experiment, looked at after every batch until it says something. */
export function simulateExperiment({ seed, policy, accuracies, batch, looks }: ExperimentSimulation): ExperimentRun {
  const rng = createRng(seed)
  const [first, ...others] = accuracies.map((accuracy, i) => ({
    accuracy,
    arm: { version: i + 1, share: 1 / accuracies.length, figures: emptyArmFigures() },
  }))
  const serve = (figures: ArmFigures, accuracy: number) => {
    for (let i = 0; i < batch; i++) {
      addRequest(figures, { isError: false })
      addMetric(figures, 'accuracy', rng.next() < accuracy ? 1 : 0)
    }
  }
  for (let look = 1; ; look++) {
    for (const { arm, accuracy } of [first!, ...others]) serve(arm.figures, accuracy)
    const analysis = analyseExperiment({ policy, arms: [first!.arm, ...others.map(({ arm }) => arm)] })
    if (analysis.verdict !== 'running' || look === looks) return { analysis, perArm: look * batch }
  }
}

/** Whether an experiment without any difference says that there is one. */
export const isFalseAlarm = ({ analysis }: ExperimentRun): boolean =>
  analysis.comparisons.some(({ isSignificant }) => isSignificant)
