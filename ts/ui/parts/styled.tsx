/** Text that is coloured only if colours are wanted. */
import { Text } from 'ink';
import type { ComponentProps, ReactNode } from 'react';
import type { Shown } from './cells.js';

type TextProps = ComponentProps<typeof Text>;

export interface StyledProps {
  readonly shown: Shown;
  readonly color?: NonNullable<TextProps['color']>;
  readonly dim?: boolean;
  readonly bold?: boolean;
  readonly inverse?: boolean;
  readonly children?: ReactNode;
}

export function Styled({ shown, color, dim, bold, inverse, children }: StyledProps): ReactNode {
  const { isColoured } = shown;
  return (
    <Text
      {...(isColoured && color !== undefined && { color })}
      dimColor={isColoured && dim === true}
      bold={bold === true}
      inverse={inverse === true}
      wrap="truncate"
    >
      {children}
    </Text>
  );
}
