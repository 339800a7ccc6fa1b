import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react'
import classes from './frame.module.css'

const NoticeContext = createContext<(text: string) => void>(() => {})

/** Says in a line what has just been done. */
export const useNotice = () => useContext(NoticeContext)

export function NoticeProvider({ children }: { readonly children: ReactNode }) {
  const [text, setText] = useState('')
  const timer = useRef(0)
  const notify = useCallback((next: string) => {
    setText(next)
    window.clearTimeout(timer.current)
    timer.current = window.setTimeout(() => setText(''), 6000)
  }, [])
  return (
    <NoticeContext.Provider value={notify}>
      {children}
      <div className={classes.notice} role="status" aria-live="polite" data-shown={text !== ''}>
        {text}
      </div>
    </NoticeContext.Provider>
  )
}
