import { Button } from '@mantine/core'
import { RegiaError } from '@regia/core'
import { Command } from './command.tsx'
import classes from './kernel.module.css'
import { Lamp } from './lamp.tsx'

/** An error as the API tells it: what, where, what to do, and the id under which the server's log has it. */
export function Problem({ error, onRetry }: { readonly error: Error; readonly onRetry?: () => void }) {
  const told = error instanceof RegiaError ? error : undefined
  const requestId = told?.data?.requestId
  return (
    <div className={classes.problem} role="alert">
      <Lamp health="broken" />
      <div>
        <strong>{error.message}</strong>
        {told?.where && <p>Where: {told.where}</p>}
        {told?.hint && <p>{told.hint}</p>}
        {told?.userStack && <pre className={classes.stack}>{told.userStack}</pre>}
        <p className={classes.problemCode}>
          {told?.code ?? error.name}
          {typeof requestId === 'string' && (
            <>
              {' · request '}
              <Command text={requestId} />
            </>
          )}
        </p>
      </div>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  )
}
