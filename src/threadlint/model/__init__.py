"""The words of the house: places, facts, findings and the rule card. Structs only; imports nothing of ours."""
