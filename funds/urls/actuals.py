"""The monthly grid, the rows behind it, and rows outside the plan."""

from django.urls import URLPattern, path

from ..views import actuals_book, actuals_cells, actuals_grid, actuals_rows

_ACTUALS = "funds/<slug:fund>/<int:year>/actuals/"

urlpatterns: list[URLPattern] = [
    path(_ACTUALS, actuals_grid.grid, name="actuals"),
    path(f"{_ACTUALS}save/", actuals_grid.save, name="actuals-save"),
    path(f"{_ACTUALS}cells/", actuals_cells.cells, name="actuals-cells"),
    path(f"{_ACTUALS}export/<table:format>/", actuals_grid.export, name="actuals-export"),
    path(f"{_ACTUALS}book/", actuals_book.book, name="actual-book"),
    path(f"{_ACTUALS}outside/", actuals_book.outside_list, name="outside-list"),
    path(f"{_ACTUALS}outside/outside.<table:format>", actuals_book.outside_export, name="outside-export"),
    path(f"{_ACTUALS}outside/<int:actual>/", actuals_book.outside_settle, name="outside-settle"),
    path(f"{_ACTUALS}rows/", actuals_rows.row_list, name="actual-list"),
    path(f"{_ACTUALS}rows/<int:actual>/correct/", actuals_rows.correct, name="actual-correct"),
    path(f"{_ACTUALS}rows/<str:code>/<month:month>/", actuals_rows.rows, name="actual-rows"),
]
