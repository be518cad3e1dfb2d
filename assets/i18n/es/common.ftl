# Palabras que usan varias partes.

