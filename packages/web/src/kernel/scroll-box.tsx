import { type CSSProperties, type ReactNode, type Ref, useEffect, useRef } from 'react'

type ScrollBoxProps = {
  readonly label: string
  readonly className: string | undefined
  readonly style?: CSSProperties
  readonly boxRef?: Ref<HTMLElement>
  readonly children: ReactNode
}

/** A box that scrolls by keyboard too: it takes the focus as long as there is more in it than it shows. */
export function ScrollBox({ label, className, style, boxRef, children }: ScrollBoxProps) {
  const own = useRef<HTMLElement>(null)
  useEffect(() => {
    const box = own.current
    if (!box) return
    const update = () => {
      const isScrolling = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight
      if (isScrolling) box.tabIndex = 0
      else box.removeAttribute('tabindex')
    }
    const observer = new ResizeObserver(update)
    observer.observe(box)
    for (const child of box.children) observer.observe(child)
    update()
    return () => observer.disconnect()
  }, [])
  const setRef = (element: HTMLElement | null) => {
    own.current = element
    if (typeof boxRef === 'function') boxRef(element)
    else if (boxRef) boxRef.current = element
  }
  return (
    <section ref={setRef} className={className} style={style} aria-label={label}>
      {children}
    </section>
  )
}
