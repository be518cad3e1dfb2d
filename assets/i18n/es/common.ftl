# Palabras que usan varias partes.

common-rehearsal = ENSAYO
common-real-voters = VOTANTES REALES
