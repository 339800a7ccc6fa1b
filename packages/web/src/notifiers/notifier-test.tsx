import { Button } from '@mantine/core'
import { RegiaError } from '@regia/core'
import { api } from '../kernel/api.ts'
import { useAct } from '../kernel/use-act.ts'

/** Sends a trial message, and says whether it arrived. */
export function NotifierTest({ name }: { readonly name: string }) {
  const { act, isActing } = useAct('notifiers')
  const test = async () => {
    const { status, error } = await api.notifiers.test(name)
    if (status === 'failed')
      throw new RegiaError('UNAVAILABLE', `${name} could not be told: ${error ?? 'no reason given'}`)
  }
  return (
    <Button onClick={() => act(test, `${name} was told`)} loading={isActing}>
      Send a trial
    </Button>
  )
}
