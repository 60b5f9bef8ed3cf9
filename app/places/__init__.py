"""Operations, their schemes and settings; administrative areas with P-codes; the places people can be at."""
