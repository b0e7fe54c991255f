/**
 * An exact number. A third of a cup stays a third, however often a recipe is scaled. Always in lowest terms,
 * with a positive denominator.
 */
export interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

/** Throws a RangeError where the denominator is 0 or one of the two is no whole number. */
export function fraction(numerator: number, denominator = 1): Fraction {
  if (!Number.isInteger(numerator) || !Number.isInteger(denominator) || denominator === 0) {
    throw new RangeError(`${numerator}/${denominator} is no fraction`);
  }
  const sign = denominator < 0 ? -1 : 1;
  const divisor = greatestCommonDivisor(Math.abs(numerator), Math.abs(denominator)) * sign;
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

export function add(left: Fraction, right: Fraction): Fraction {
  return fraction(
    left.numerator * right.denominator + right.numerator * left.denominator,
    left.denominator * right.denominator,
  );
}

export function multiply(left: Fraction, right: Fraction): Fraction {
  return fraction(left.numerator * right.numerator, left.denominator * right.denominator);
}

/** Throws a RangeError where `right` is zero. */
export function divide(left: Fraction, right: Fraction): Fraction {
  return fraction(left.numerator * right.denominator, left.denominator * right.numerator);
}

/** Negative where `left` is the smaller one, positive where it is the larger one, 0 where both are equal. */
export function compare(left: Fraction, right: Fraction): number {
  return left.numerator * right.denominator - right.numerator * left.denominator;
}

export function toNumber(value: Fraction): number {
  return value.numerator / value.denominator;
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right);
}
