import { Select } from '@mantine/core'
import { type ModelVersion, STAGES, type Stage } from '@regia/core'
import { api } from '../kernel/api.ts'
import { useAct } from '../kernel/use-act.ts'
import classes from './models.module.css'

const isStage = (text: string | null): text is Stage => STAGES.some((stage) => stage === text)

/** The stage of MLflow's old way to release; nothing of ours follows it. */
export function StageSelect({ version: { model, version, stage } }: { readonly version: ModelVersion }) {
  const { act, isActing } = useAct('models')
  return (
    <Select
      className={classes.stage}
      aria-label="Stage"
      size="xs"
      data={STAGES.map((value) => ({ value, label: value === 'None' ? 'no stage' : value }))}
      value={stage}
      allowDeselect={false}
      disabled={isActing}
      onChange={(next) =>
        isStage(next) &&
        next !== stage &&
        act(() => api.models.updateVersion(model, version, { stage: next }), `v${version} stands in ${next}.`)
      }
    />
  )
}
