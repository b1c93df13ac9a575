"""What the studies show: the charts and tables of each notebook, in the language and unit of the reader.

A module per study; `cofog` is a part of `spending`, `amounts` and `asides` are what several share. The functions take a
:class:`~fiscal_analysis.studies.view.View` and rows of :mod:`fiscal_analysis.metrics` and return what a cell of the
notebook shows. The figures are those of the metrics: nothing is computed here but counts of rows and how a
figure is written.
"""
