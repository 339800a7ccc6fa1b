import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'

type DecideButtonsProps = { readonly run: { readonly id: string }; readonly step: string; readonly question: string }

/** Yes or no to what a step asks, each with a comment that is kept. */
export function DecideButtons({ run, step, question }: DecideButtonsProps) {
  const decide = (isApproved: boolean) => (comment: string | undefined) =>
    api.runs.approve(run.id, step, { isApproved, ...(comment && { comment }) })
  return (
    <>
      <ConfirmAction
        label="Refuse"
        title={`Refuse ${step}?`}
        reasonLabel="Comment"
        asksReason
        act={decide(false)}
        done={`${step} was refused`}
      >
        <p>{question}</p>
        <p>What depends on it is not done.</p>
      </ConfirmAction>
      <ConfirmAction
        label="Approve"
        title={`Approve ${step}?`}
        isPrimary
        reasonLabel="Comment"
        asksReason
        act={decide(true)}
        done={`${step} was approved; the run goes on`}
      >
        <p>{question}</p>
      </ConfirmAction>
    </>
  )
}
