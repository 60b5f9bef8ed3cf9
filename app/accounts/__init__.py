"""People who use Mawa: sign-in, roles, the areas they work in, tokens, and the one scope every query asks."""
