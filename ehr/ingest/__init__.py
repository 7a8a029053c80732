"""The one way a record changes: validate → place → label → write → project → count → audit."""
